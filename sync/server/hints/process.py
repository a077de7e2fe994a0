"""The process that holds the streams: granian in this very process, one loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from sync.server.hints.application import Hints
from sync.server.hints.pace import Pace


async def serve(host: str, port: int, orphaned: Callable[[], bool] = lambda: False) -> None:
    """Serve until SIGTERM or SIGINT, or until `orphaned`, asked every second."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    hints = Hints(Pace.chosen())
    server = Server(
        hints,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_level=LogLevels.error,
    )
    serving = asyncio.ensure_future(server.serve())
    watching = asyncio.ensure_future(hints.watch())
    # After granian's own handlers, which would cut the streams off.
    await asyncio.sleep(0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    stopping = asyncio.ensure_future(stop.wait())
    ending = {stopping, serving, watching}
    while not (any(each.done() for each in ending) or orphaned()):
        await asyncio.wait(ending, timeout=1, return_when=asyncio.FIRST_COMPLETED)
    await hints.close()
    for each in (stopping, watching):
        each.cancel()
    server.stop()  # type: ignore[no-untyped-call] # granian has no types
    await serving
