"""kill -9 in the middle of a write, without a process: the profile as it is at that instant.

A dead process writes nothing more, and what it wrote is there: a copy of the folder taken in the
middle of a transaction is what the next start finds.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from boardpack.store.own import OwnWork

#: The instants of a transaction: before the log has it, before the database has it, after both.
INSTANTS = ("before the log", "before the commit", "after the commit")


class Killed(BaseException):
    """The program is gone."""


class Fuse:
    """Kills whoever writes, after so many transactions of one profile."""

    def __init__(self, patch: pytest.MonkeyPatch, images: Path) -> None:
        """Watch every store; copies go to `images`."""
        self._images = images
        self._left = 0
        self._instant = ""
        self._folder: Path | None = None
        self.image: Path | None = None
        seal, committed = OwnWork.seal, OwnWork.committed

        def sealing(work: OwnWork) -> None:
            self._burn(work, "before the log")
            seal(work)
            self._burn(work, "before the commit")

        def ending(work: OwnWork) -> None:
            self._burn(work, "after the commit")
            committed(work)

        patch.setattr(OwnWork, "seal", sealing)
        patch.setattr(OwnWork, "committed", ending)

    @property
    def dead(self) -> bool:
        """Whether it burned down: the dead send nothing more."""
        return self.image is not None

    def light(self, folder: Path, instant: str, after: int) -> None:
        """Kill whoever works on `folder` at that instant of the transaction after so many."""
        self._folder, self._instant, self._left, self.image = folder, instant, after, None

    def put_out(self) -> Path | None:
        """Stop watching; return the copy of who was killed meanwhile."""
        found, self.image, self._folder = self.image, None, None
        return found

    def _burn(self, work: OwnWork, instant: str) -> None:
        if work._path.parent != self._folder or instant != self._instant:
            return
        if self.dead:
            raise Killed
        self._left -= 1
        if self._left < 0:
            self.image = self._images / "image"
            shutil.rmtree(self.image, ignore_errors=True)
            shutil.copytree(self._folder, self.image)
            raise Killed

    def on_request(self, _request: httpx.Request) -> None:
        """Let no dead program reach the server."""
        if self.dead:
            raise httpx.ConnectError("no route to host")


def put_in_place(image: Path, folder: Path) -> None:
    """Let the profile be what the killed one left."""
    shutil.rmtree(folder)
    image.rename(folder)


def survives(act: Callable[[], Any]) -> bool:
    """Act; tell whether the program lived through it."""
    try:
        act()
    except Killed:
        return False
    return True
