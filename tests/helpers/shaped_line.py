"""A TCP line of a given delay and rate: `python -m … LISTEN TARGET MILLISECONDS MBIT`.

The kernel's own shaper (netem) is not on every machine. Each direction has one queue: bytes leave
it at the line's rate and arrive half a round trip later, whatever the number of connections. No
slow start and no loss are played: what is compared on it pays the same.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PIECE = 64 * 1024


class Direction:
    """One way of the line, shared by all connections."""

    def __init__(self, delay: float, rate: float) -> None:
        """Delay in seconds, rate in bytes a second."""
        self.delay = delay
        self._rate = rate
        self._free_at = 0.0

    def arrival(self, size: int) -> float:
        """Return when `size` bytes that enter now arrive at the other end."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + size / self._rate
        return self._free_at + self.delay

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection's bytes until its end."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)
        delivery = asyncio.ensure_future(self._deliver(waiting, writer))
        try:
            while data := await reader.read(PIECE):
                await waiting.put((self.arrival(len(data)), data))
            await waiting.put((self.arrival(0), b""))
            await delivery
        except (ConnectionError, asyncio.CancelledError):
            delivery.cancel()

    @staticmethod
    async def _deliver(
        waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                when, data = await waiting.get()
                await asyncio.sleep(max(0.0, when - loop.time()))
                if not data:
                    writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return


class Line:
    """The line: a listener, and a connection to the target for each that comes."""

    def __init__(self, target: int, milliseconds: float, megabits: float) -> None:
        """Round trip in milliseconds, rate in Mbit/s each way."""
        self._target = target
        rate = megabits * 1e6 / 8
        self._up, self._down = (Direction(milliseconds / 2000, rate) for _ in range(2))

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            # A connection costs a round trip before its first byte.
            await asyncio.sleep(self._up.delay * 2)
            inward, outward = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(self._up.carry(reader, outward), self._down.carry(inward, writer))
            outward.close()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(line: Line, port: int) -> AsyncIterator[int]:
    """Listen on loopback; give the port."""
    server = await asyncio.start_server(line, "127.0.0.1", port)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def main(arguments: list[str]) -> None:
    """Serve until killed; the first line of output is the port."""
    port, target, milliseconds, megabits = arguments
    line = Line(int(target), float(milliseconds), float(megabits))
    async with listening(line, int(port)) as chosen:
        sys.stdout.write(f"{chosen}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
