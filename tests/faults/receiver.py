"""A device in a process of its own that exchanges until it is killed or done.

`python -m tests.faults.receiver PROFILE [MUTATION]`; the secret comes by standard input.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

from boardpack.bootstrap import open_program
from tests.faults import mutations


def main(profile: str, mutation: str = "") -> None:
    """Say when the store is open, exchange, say how it ended."""
    with pytest.MonkeyPatch.context() as patch:
        if mutation:
            getattr(mutations, mutation)(patch)
        program = open_program(Path(profile))
        session = program.unlock(sys.stdin.readline().strip())
        sys.stdout.write("open\n")
        sys.stdout.flush()
        report = session.synchronizing.sync_once()
        program.lock()
    sys.stdout.write(f"{report.code or 'done'}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
