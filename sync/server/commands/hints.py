"""`hints`: tell connected devices that something changed; beside `run`, behind the proxy."""

from __future__ import annotations

import asyncio
import sys

from sync.server.commands.outcome import Outcome
from sync.server.commands.ports import free_port
from sync.server.commands.readiness import require_ready
from sync.server.hints import process


def run(*, host: str, port: int) -> Outcome:
    """Hold the streams until SIGTERM or SIGINT; port 0 chooses a free one.

    Raises:
        NotInitialisedError: `init` was never run, or not since an update.
        PortTakenError: somebody else listens there.
    """
    require_ready()
    at = free_port(host, port)
    sys.stdout.write(f"boardpack-server: hints at http://{host}:{at}\n")
    sys.stdout.flush()
    asyncio.run(process.serve(host, at))
    return Outcome({})
