"""Jobs that tests enqueue: what they do can be seen from outside, by a file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sync.server.jobs.definition import job

ROOT = Path(__file__).parents[2]


@job(attempts=3)
def write_line(path: str, line: str) -> None:
    """Append one line, in one write."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@job(attempts=3)
def go_wrong(path: str, reason: str = "broken") -> None:
    """Fail until the file `path` is there."""
    if not Path(path).exists():
        raise ValueError(reason)


@job()
def write_pid(path: str) -> None:
    """Write which process did it."""
    Path(path).write_text(str(os.getpid()), encoding="utf-8")


@job(attempts=3)
def begin_then_wait(path: str) -> None:
    """Say that it began; end once the file `path.go` is there."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("began\n")
    while not Path(f"{path}.go").exists():
        time.sleep(0.05)


PROGRAM = """
import importlib, sys
import django
django.setup()
jobs = importlib.import_module("tests.helpers.jobs")
getattr(jobs, sys.argv[1]).enqueue(*sys.argv[2:])
"""


def enqueue_beside(folder: Path, environment: Mapping[str, str], *arguments: object) -> None:
    """Enqueue a job of this module in a server's database, from a process of its own."""
    settings = {
        "BOARDPACK_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "sync.server.settings.base",
    }
    subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=ROOT,
        check=True,
        env=os.environ | environment | settings,
    )
