"""One device in a process of its own receives everything; prints what that cost as JSON.

`python -m tests.benchmarks.receive_once PROFILE SECRET_FILE [PORT]`. Start and unlocking are not
counted: the window pays them once a day.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

# httpx imports what it stands on with its first client; imports are part of the start.
import httpcore  # noqa: F401

from boardpack.bootstrap import open_program


def processor_seconds() -> float:
    """Return what this process has used of the processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident() -> float:
    """Return the memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def highest() -> float:
    """Return the highest memory of this process since it was last cleared, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM"))
    return int(found.split()[1]) * 1024 / 1e6


def by_port(port: int) -> None:
    """Lead every connection to another port of this machine, where a slow line begins."""
    connect = socket.create_connection

    def led(address: tuple[str, int], *rest: Any, **facts: Any) -> socket.socket:
        return connect((address[0], port), *rest, **facts)

    socket.create_connection = led  # type: ignore[assignment]


def main(profile: str, secret_file: str, port: str = "") -> None:
    """Receive, measure, print."""
    if port:
        by_port(int(port))
    program = open_program(Path(profile))
    session = program.unlock(Path(secret_file).read_text())
    # Unlocking takes 64 MB for an instant (Argon2id): the peak of receiving begins anew.
    Path("/proc/self/clear_refs").write_text("5")
    idle, cpu, began = resident(), processor_seconds(), time.perf_counter()
    report = session.synchronizing.sync_once()
    wall, used = time.perf_counter() - began, processor_seconds() - cpu
    peak = highest()
    program.lock()
    facts = {
        "code": report.code, "files": report.received_files, "bytes": report.received_bytes,
        "wall": wall, "cpu": used, "idle_mb": idle, "peak_mb": peak,
    }  # fmt: skip
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
