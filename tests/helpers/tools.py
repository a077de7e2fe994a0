"""Programs of the system that tests and benchmarks use as peers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def tool(name: str) -> str:
    """Return the path of a program, from the virtual environment or the system.

    Raises:
        FileNotFoundError: it is not installed.
    """
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def run(*command: object, stdin: bytes = b"") -> bytes:
    """Run a program that must end well; return what it printed."""
    words = [str(word) for word in command]
    return subprocess.run(words, input=stdin, capture_output=True, check=True).stdout
