"""A disk whose power goes: what a process synced, and nothing else (see power_loss.c)."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("power_loss.c")


@functools.cache
def _built() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="boardpack-shim-")
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", f"{folder.name}/shim.so", str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def shim() -> Path:
    """Build the library to preload; without a compiler the test is skipped."""
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("preloading a library needs Linux and cc")
    return Path(_built().name) / "shim.so"


class Disk:
    """What the disk under a folder holds of it."""

    def __init__(self, live: Path, place: Path, *, early: int = 0) -> None:
        """Begin with all of `live` on the disk; `early`: see power_loss.c."""
        self._live = live
        self._place = place
        self._early = early
        self.begin()

    def begin(self) -> None:
        """Let everything that is there be on the disk: a new life."""
        shutil.rmtree(self._place, ignore_errors=True)
        (self._place / "content").mkdir(parents=True)
        (self._place / "tree").mkdir()
        # The library itself knows how to lay it out.
        paths = [str(self._live), *(str(each) for each in self._live.rglob("*"))]
        script = (
            "import os, sys\n"
            "for path in sys.stdin.read().splitlines():\n"
            "    number = os.open(path, os.O_RDONLY)\n"
            "    os.fsync(number)\n"
            "    os.close(number)\n"
        )
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", script],
            input="\n".join(reversed(paths)),
            text=True,
            check=True,
            env=os.environ | {"LD_PRELOAD": str(shim())} | self.environment(early=False),
        )

    def environment(self, *, early: bool = True) -> dict[str, str]:
        """What a process needs to write on this disk."""
        found = {
            "LD_PRELOAD": str(shim()),
            "POWER_ROOT": str(self._live),
            "POWER_DISK": str(self._place),
        }
        return found | ({"POWER_EARLY": str(self._early)} if early and self._early else {})

    def cut(self) -> None:
        """Let the power go: the folder is what the disk holds."""
        shutil.rmtree(self._live)
        shutil.copytree(self._place / "tree", self._live)
        self.begin()
