"""Files that only the server's account may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter (on POSIX; Windows inherits its parent's)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_secret(path: Path, text: str) -> None:
    """Write a secret once and durably; an existing file is never replaced.

    Raises:
        FileExistsError: there is one.
    """
    make_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def ensure_secret(path: Path) -> None:
    """Make the server's random secret unless there is one."""
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(48) + "\n")
