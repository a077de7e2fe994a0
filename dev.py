#!/usr/bin/env python3
"""boardpack's developer command: standard library only, so that it runs on a bare Debian.

python3 dev.py setup      make .venv from the hashed lock, install missing Debian packages
python3 dev.py demo       show the product at work (window, or transcript and pictures)
python3 dev.py test       everything that must pass before a change lands (--long: minutes more)
python3 dev.py check      format, lint, types, import contracts
python3 dev.py run ...    the command line of boardpack (`run window` opens the window)
python3 dev.py serve ...  the command line of boardpack-server
python3 dev.py bench NAME measure beside a named peer, one JSON object a line
python3 dev.py messages   collect the strings to translate into resources/i18n
python3 dev.py errors     write docs/errors.md from the error tree
python3 dev.py lock       resolve pyproject.toml into requirements.lock
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "lock.sha256"
#: Bytes of memory that must be free before the tests put their files there.
MEMORY = 6_000_000_000
DEBIAN = {
    # Qt, offscreen and under X; a virtual screen for pictures.
    "window": [
        "libgl1",
        "libegl1",
        "libglib2.0-0",
        "libfontconfig1",
        "libxkbcommon0",
        "libdbus-1-3",
        "libxcb-cursor0",
        "libxcb-icccm4",
        "libxcb-keysyms1",
        "libxcb-shape0",
        "libxkbcommon-x11-0",
        "xvfb",
        "xauth",
    ],
    # Peers and second opinions of the tests.
    "test": [
        "openssl",
        "poppler-utils",
        "mupdf-tools",
        "qpdf",
        "postgresql",
        "gnome-keyring",
        "dbus",
        "zstd",
        "nginx-light",
        "swift-proxy",
        "swift-account",
        "swift-container",
        "swift-object",
        "memcached",
    ],
    "installer": ["binutils", "dpkg-dev", "fakeroot"],
    # The peers that figures are held against.
    "bench": ["curl", "rclone", "syncthing", "nextcloud-desktop-cmd", "wrk"],
}


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    commands = {
        "setup": setup,
        "demo": demo,
        "test": test,
        "check": check,
        "run": run,
        "serve": serve,
        "bench": bench,
        "messages": messages,
        "errors": errors,
        "lock": lock,
    }
    # Without bytecode every process would compile everything again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments[:1] in ([], ["--help"], ["-h"]) else 2
    return commands[arguments[0]](arguments[1:])


def setup(_: list[str]) -> int:
    """Make everything ready for the other commands."""
    if not debian("window", "test", "installer"):
        return 3
    environment()
    if (ROOT / ".git").is_dir():
        call(BIN / "pre-commit", "install", quiet=True)
    return 0


def demo(arguments: list[str]) -> int:
    """Play the story, in a window when there is a screen."""
    if not debian("window"):
        return 3
    environment()
    return call(PYTHON, "-m", "tests.story.play", *arguments)


def test(arguments: list[str]) -> int:
    """Run the checks, the suite on SQLite, then the server's part of it on PostgreSQL."""
    if not debian("window", "test", "installer"):
        return 3
    environment()
    if arguments not in ([], ["--long"]):
        return call(PYTHON, "-m", "pytest", *arguments)
    # One more than a small machine has cores: tests often wait for a process of their own.
    suite = (PYTHON, "-m", "pytest", "-n", "3", "--dist", "worksteal", "-q", *arguments)
    # On PostgreSQL: what the server does. With --long also all that devices do with it.
    wide = ("devices", "turns")
    sync = ["tests/sync"] if arguments else [f"tests/sync/test_{name}.py" for name in wide]
    # No database has a part in those; the last one costs most, and nightly runs have it.
    without = ("storage", "nginx") if arguments else ("storage", "nginx", "authorisation")
    left = [f"--ignore=tests/server/test_{name}.py" for name in without]
    postgres = (PYTHON, "tests/helpers/postgres.py", "--")
    server = (*postgres, *suite, "tests/server", *sync, *left)
    with files_in_memory():
        return check([]) or call(*suite) or call(*server)


@contextlib.contextmanager
def files_in_memory() -> Iterator[None]:
    """Keep temporary files in memory where there is room: tests ask a disk for 10 000 fsyncs."""
    memory = Path("/dev/shm")  # noqa: S108 the folder made in it is ours alone
    if not memory.is_dir() or shutil.disk_usage(memory).free < MEMORY:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="boardpack-", dir=memory) as folder:
        # PostgreSQL runs as another account.
        Path(folder).chmod(0o711)
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            del os.environ["TMPDIR"]


def check(_: list[str]) -> int:
    """Check format, lint, types and import contracts; stop at the first that fails."""
    environment()
    return (
        call(BIN / "ruff", "format", "--check", "--quiet", ".")
        or call(BIN / "ruff", "check", "--quiet", ".")
        or call(BIN / "mypy")
        or call(BIN / "lint-imports", quiet=True)
    )


def run(arguments: list[str]) -> int:
    """Run the command line of boardpack."""
    environment()
    return call(PYTHON, "-m", "boardpack", *arguments)


def serve(arguments: list[str]) -> int:
    """Run the command line of the server."""
    environment()
    return call(PYTHON, "-m", "sync.server.command", *arguments)


def bench(arguments: list[str]) -> int:
    """Run tests/benchmarks/NAME.py."""
    known = sorted(path.stem for path in (ROOT / "tests/benchmarks").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in known:
        print("known benchmarks:", ", ".join(known), file=sys.stderr)
        return 2
    if not debian("window", "test", "bench"):
        return 3
    environment()
    return call(PYTHON, "-m", f"tests.benchmarks.{arguments[0]}", *arguments[1:])


def messages(_: list[str]) -> int:
    """Collect every `_("…")` into resources/i18n/fr.po, keeping what is translated."""
    environment()
    template = ROOT / "resources/i18n/boardpack.pot"
    catalogue = ROOT / "resources/i18n/fr.po"
    sources = ("boardpack", "signing", "sync", "ui")
    # No places and no dates: the files change when a text changes, and only then.
    extract = ("extract", "--no-wrap", "--omit-header", "--sort-output", "--no-location")
    keywords = ("-k", "_", "-k", "N_", "-k", "ngettext:1,2", "-o", template)
    update = ("update", "--no-wrap", "--no-fuzzy-matching", "--ignore-obsolete", "-l", "fr")
    files = ("--ignore-pot-creation-date", "-i", template, "-o", catalogue)
    pybabel = (BIN / "pybabel", "-q")
    return call(*pybabel, *extract, *keywords, *sources) or call(*pybabel, *update, *files)


def errors(_: list[str]) -> int:
    """Write docs/errors.md."""
    environment()
    return call(PYTHON, "-m", "tests.meta.errors_page")


def lock(_: list[str]) -> int:
    """Resolve pyproject.toml into requirements.lock, with hashes and without addresses."""
    environment()
    options = "--universal --generate-hashes --no-emit-index-url --no-header --all-extras --quiet"
    arguments = (*options.split(), "--python-version", "3.11", "-o", LOCK, "pyproject.toml")
    return call(BIN / "uv", "pip", "compile", *arguments)


def environment() -> None:
    """Make .venv hold exactly what requirements.lock names."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    if not PYTHON.is_file():
        make_venv()
    print("boardpack: installing what requirements.lock names …", file=sys.stderr, flush=True)
    must(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", *only("uv"))
    must(
        BIN / "uv",
        "pip",
        "sync",
        "-q",
        "--compile-bytecode",
        "--require-hashes",
        "--python",
        PYTHON,
        LOCK,
    )
    STAMP.write_text(wanted)


def make_venv() -> None:
    """Create .venv, with Debian's module for it when Python comes without."""
    if importlib.util.find_spec("ensurepip") is None and not apt(["python3-venv"]):
        raise SystemExit(3)
    must(sys.executable, "-m", "venv", VENV)


def only(name: str) -> list[str]:
    """Return pip's arguments to install one package of the lock, hashes checked."""
    lines = LOCK.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = first
    while lines[last].endswith("\\"):
        last += 1
    part = VENV / f"{name}.lock"
    part.write_text("\n".join(lines[first : last + 1]) + "\n")
    return ["--require-hashes", "--no-deps", "-r", str(part)]


def debian(*groups: str) -> bool:
    """Install the Debian packages of `groups` that are missing; elsewhere, do nothing."""
    if shutil.which("dpkg-query") is None:
        return True
    wanted = [package for group in groups for package in DEBIAN[group]]
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *wanted],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    there = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    missing = [package for package in wanted if package not in there]
    return not missing or apt(missing)


def apt(packages: list[str]) -> bool:
    """Install Debian packages when we may; else say the exact line to type."""
    line = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if os.name != "posix" or os.geteuid() != 0:
        print(f"boardpack: Debian packages are missing. Type:\n  sudo {line}", file=sys.stderr)
        return False
    print(f"boardpack: {line}", file=sys.stderr, flush=True)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environ, check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    quiet = subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)
    return quiet.returncode == 0


def call(*command: object, quiet: bool = False) -> int:
    """Run a command from the project's root; return its exit code."""
    words = [str(word) for word in command]
    if not quiet:
        return subprocess.run(words, cwd=ROOT, check=False).returncode
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode


def must(*command: object) -> None:
    """Run a command; end here when it fails."""
    code = call(*command)
    if code:
        raise SystemExit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
