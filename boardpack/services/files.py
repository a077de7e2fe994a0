"""Files that a person chose: read whole, written whole."""

from __future__ import annotations

import os
from pathlib import Path

from boardpack.domain import ids
from boardpack.services.errors import CannotReadError, CannotWriteError


def read_file(path: Path) -> bytes:
    """Return the bytes of a file that the person named.

    Raises:
        CannotReadError: it is gone, or the system refuses.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotReadError(file=path.name, reason=error.strerror or "") from error


def write_file(target: Path, content: bytes) -> None:
    """Write a file where the person saves it: whole, or the former one stays.

    Raises:
        CannotWriteError: the place refuses the file.
    """
    part = target.with_name(f".{target.name}.{ids.new_id()}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotWriteError(file=target.name, reason=error.strerror or "") from error
