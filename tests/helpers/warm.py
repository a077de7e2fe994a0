"""Processes of our programs that start warm: forks of one process that has imported what they need.

What runs in them is the whole program, alone in its process, with its own arguments, environment
and standard streams; only half a second of imports is not paid again. That a cold start works
too is seen by `tests/unit/test_cli.py`, `tests/server/test_command.py` and the installer's test.
"""

from __future__ import annotations

import importlib
import io
import multiprocessing
import multiprocessing.reduction
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, Final

import keyring.core

from boardpack.cli.main import COMMANDS
from boardpack.pdf.worker_process import bare_main

#: Whoever asks first starts the server of forks, with all of this; settings are read by none.
_PRELOAD: Final = (
    "boardpack.bootstrap",
    "boardpack.cli.main",
    *(f"boardpack.cli.{name}_cmd" for name in COMMANDS if name != "window"),
    "django.contrib.auth.hashers",
    "django.core.handlers.wsgi",
    "django.db.models",
    "sync.server.command",
    "tests.helpers.busy",
    "tests.helpers.wiped",
)


def context() -> ForkServerContext:
    """Return the context whose processes start warm (POSIX only)."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(list(_PRELOAD))
    return made


def run(
    module: str,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run `main` of a module in a folder to its end; `given` is its standard input."""
    if not hasattr(os, "memfd_create"):
        return subprocess.run(
            [sys.executable, "-c", f"from {module} import main; main()", *arguments],
            cwd=folder, env=dict(environment), input=given, capture_output=True, text=True,
            check=False, encoding="utf-8",
        )  # fmt: skip
    # Memory, not files: what a person types and reads must not reach the disk.
    streams = [os.memfd_create(name) for name in ("stdin", "stdout", "stderr")]
    os.pwrite(streams[0], given.encode(), 0)
    what = (_Streams(streams), module, tuple(arguments), folder, dict(environment))
    process = context().Process(target=_enter, args=what)
    try:
        with bare_main():
            process.start()
        process.join()
        code = process.exitcode
        assert code is not None
        process.close()
        said, warned = (_read(each) for each in streams[1:])
    finally:
        for each in streams:
            os.close(each)
    return subprocess.CompletedProcess([module, *arguments], code, said, warned)


class _Streams:
    """Open files that become the standard streams of a process."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def __getstate__(self) -> list[object]:
        return [multiprocessing.reduction.DupFd(each) for each in self._numbers]  # type: ignore[attr-defined] # typeshed

    def __setstate__(self, handles: list[Any]) -> None:
        self._numbers = [each.detach() for each in handles]

    def take(self) -> None:
        """Make them this process's own standard input, output and error."""
        for standard, number in enumerate(self._numbers):
            os.dup2(number, standard)
            os.close(number)
        sys.stdin = _text(0, "r")
        sys.stdout, sys.stderr = _text(1, "w"), _text(2, "w")


def _text(number: int, mode: str) -> io.TextIOWrapper:
    made = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 a stream
    assert isinstance(made, io.TextIOWrapper)
    return made


def _enter(
    streams: _Streams,
    module: str,
    arguments: Sequence[str],
    folder: Path,
    environment: dict[str, str],
) -> None:
    streams.take()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # Chosen when it was imported, by the environment of then.
    keyring.core.init_backend()
    sys.argv = [module, *arguments]
    importlib.import_module(module).main()


def _read(number: int) -> str:
    with open(number, encoding="utf-8", closefd=False) as file:
        file.seek(0)
        return file.read()
