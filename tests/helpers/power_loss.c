/* What a disk holds when the power goes: only what was synced.
 *
 * Preloaded into a process that writes under POWER_ROOT. Each fsync or fdatasync brings what it
 * promises, and nothing else, to POWER_DISK: for a file its content, for a folder its names. A new
 * file whose folder was not synced has no name there; a name whose file was not synced is empty.
 * POWER_DISK/tree is then what a start after the power cut finds.
 *
 * With POWER_EARLY=n, at n of 100 syncs some blocks that nobody synced arrive as well, of any file:
 * a system writes back when it likes, in any order.
 *
 * Built by tests/helpers/power_loss.py: cc -shared -fPIC -o power_loss.so power_loss.c -ldl
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static void give_up(const char *what) {
    fprintf(stderr, "power_loss: %s: %s\n", what, strerror(errno));
    _exit(99);
}

/* A file's content on the disk, by its identity: a number is used again, a birth is not. */
static void content_path(char *out, const char *live) {
    struct statx found;
    if (statx(AT_FDCWD, live, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &found))
        give_up("statx");
    snprintf(out, PATH_MAX, "%s/content/%llu-%lld.%u", getenv("POWER_DISK"),
             (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec,
             found.stx_btime.tv_nsec);
}

/* Bring blocks that differ to the disk; in `chance` of 100, each. */
static void save_content(const char *live, int chance) {
    char path[PATH_MAX], ours[BLOCK], theirs[BLOCK];
    struct stat size;
    content_path(path, live);
    int from = open(live, O_RDONLY), to = open(path, O_RDWR | O_CREAT, 0600);
    if (from < 0 || to < 0 || fstat(from, &size)) give_up(live);
    for (off_t at = 0; at < size.st_size; at += BLOCK) {
        ssize_t count = pread(from, ours, BLOCK, at);
        ssize_t held = pread(to, theirs, BLOCK, at);
        if (count < 0) give_up("read");
        if (held == count && !memcmp(ours, theirs, count)) continue;
        if (rand() % 100 < chance && pwrite(to, ours, count, at) != count) give_up("write");
    }
    if (chance == 100 && ftruncate(to, size.st_size)) give_up("truncate");
    close(from);
    close(to);
}

static void remove_tree(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *each;
    char inner[PATH_MAX];
    while (folder && (each = readdir(folder))) {
        if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
        snprintf(inner, PATH_MAX, "%s/%s", path, each->d_name);
        remove_tree(inner);
    }
    if (folder) closedir(folder);
    if (remove(path)) give_up("remove");
}

static void synced_mark(char *out, const char *live) {
    content_path(out, live);
    strncat(out, "-folder", PATH_MAX - strlen(out) - 1);
}

static void save_name(const char *live, const char *disk) {
    char content[PATH_MAX], fresh[PATH_MAX];
    struct stat held, wanted;
    content_path(content, live);
    int file = open(content, O_RDWR | O_CREAT, 0600);
    if (file < 0 || fstat(file, &wanted)) give_up(content);
    close(file);
    if (!lstat(disk, &held)) {
        if (held.st_ino == wanted.st_ino) return;
        if (S_ISDIR(held.st_mode)) remove_tree(disk);
    }
    snprintf(fresh, PATH_MAX, "%s/fresh", getenv("POWER_DISK"));
    unlink(fresh);
    if (link(content, fresh) || rename(fresh, disk)) give_up("name");
}

/* Bring the names of a folder to the disk, if the folder itself has a name there. */
static void save_names(const char *live, const char *disk) {
    char mark[PATH_MAX], ours[PATH_MAX], theirs[PATH_MAX];
    struct stat found;
    struct dirent *each;
    synced_mark(mark, live);
    close(open(mark, O_RDWR | O_CREAT, 0600));
    if (lstat(disk, &found)) return;
    DIR *folder = opendir(live);
    if (!folder) give_up(live);
    while ((each = readdir(folder))) {
        if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
        snprintf(ours, PATH_MAX, "%s/%s", live, each->d_name);
        snprintf(theirs, PATH_MAX, "%s/%s", disk, each->d_name);
        if (lstat(ours, &found)) continue;
        if (!S_ISDIR(found.st_mode)) {
            save_name(ours, theirs);
            continue;
        }
        int new = lstat(theirs, &found);
        if (new && mkdir(theirs, 0700)) give_up("mkdir");
        synced_mark(mark, ours);
        if (new && !access(mark, F_OK)) save_names(ours, theirs);
    }
    closedir(folder);
    folder = opendir(disk);
    while ((each = readdir(folder))) {
        if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
        snprintf(ours, PATH_MAX, "%s/%s", live, each->d_name);
        snprintf(theirs, PATH_MAX, "%s/%s", disk, each->d_name);
        if (lstat(ours, &found)) remove_tree(theirs);
    }
    closedir(folder);
}

static void write_back_some(const char *live, const char *tree) {
    char path[PATH_MAX];
    struct stat found;
    struct dirent *each;
    DIR *folder = opendir(live);
    while (folder && (each = readdir(folder))) {
        snprintf(path, PATH_MAX, "%s/%s", live, each->d_name);
        if (!lstat(path, &found) && S_ISREG(found.st_mode) && rand() % 2) save_content(path, 50);
    }
    if (folder) closedir(folder);
    if (rand() % 2) save_names(live, tree);
}

static int synced(int file) {
    char link[64], live[PATH_MAX], disk[PATH_MAX];
    const char *root = getenv("POWER_ROOT"), *early = getenv("POWER_EARLY");
    struct stat found;
    if (!root || fstat(file, &found)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, live, PATH_MAX - 1);
    if (count < 0) return 0;
    live[count] = 0;
    size_t length = strlen(root);
    if (strncmp(live, root, length) || (live[length] && live[length] != '/')) return 0;
    if (strstr(live, " (deleted)")) return 0;
    pthread_mutex_lock(&one);
    snprintf(disk, PATH_MAX, "%s/tree", getenv("POWER_DISK"));
    if (early && rand() % 100 < atoi(early)) write_back_some(root, disk);
    strncat(disk, live + length, PATH_MAX - strlen(disk) - 1);
    if (S_ISDIR(found.st_mode))
        save_names(live, disk);
    else
        save_content(live, 100);
    pthread_mutex_unlock(&one);
    return 0;
}

__attribute__((constructor)) static void begin(void) { srand((unsigned)getpid()); }

int fsync(int file) { return synced(file); }

int fdatasync(int file) { return synced(file); }
