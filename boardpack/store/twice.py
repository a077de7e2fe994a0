"""Small files that stand twice, so that one damaged sector does not cost all that hangs on them."""

from __future__ import annotations

from pathlib import Path

from boardpack.store import disk
from boardpack.store.errors import disk_error


def copy_of(name: str) -> str:
    """Return the name of a file's copy: `keys.copy.sealed` for `keys.sealed`."""
    stem, _, end = name.rpartition(".")
    return f"{stem}.copy.{end}"


def read(folder: Path, name: str) -> tuple[bytes, ...]:
    """Return the contents that are there: the file's, then its copy's when that is another.

    Raises:
        DiskRefusedError: the disk does not give them.
    """
    found = (_content(folder / each) for each in (name, copy_of(name)))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error) from error


def is_whole(folder: Path, name: str) -> bool:
    """Whether file and copy are there and say the same."""
    content = _content(folder / name)
    return content is not None and content == _content(folder / copy_of(name))


def write(folder: Path, name: str, data: bytes) -> None:
    """Write both, one after the other.

    Raises:
        DiskFullError, DiskRefusedError: the disk refuses.
    """
    for each in (name, copy_of(name)):
        disk.write(folder / each, data)


def shred_copy(folder: Path, name: str) -> None:
    """Overwrite and remove the copy: what it says must not outlive the file's next content."""
    disk.shred(folder / copy_of(name))


def shred(folder: Path, name: str) -> None:
    """Overwrite and remove both."""
    shred_copy(folder, name)
    disk.shred(folder / name)


def remove(folder: Path, name: str) -> None:
    """Remove both, the copy first."""
    for each in (copy_of(name), name):
        disk.remove(folder / each)
