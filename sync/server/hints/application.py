"""The ASGI application: holds the streams, looks once a second, tells whose feeds moved."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

from django.db import InterfaceError, OperationalError

from boardpack.domain.errors import BoardpackError
from sync.protocol.errors import TooManyStreamsError
from sync.server.hints import telling
from sync.server.hints.pace import Pace

T = TypeVar("T")
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_PING: Final = b":\n\n"
_THREADS: Final = 2
_AWAY: Final = (OperationalError, InterfaceError)
_log = logging.getLogger("boardpack.server.hints")


@dataclass(eq=False)
class Stream:
    """One device that listens.

    Attributes:
        told: feed → number that it was told of last.
        due: when it is told next, by the loop's clock; None while nothing moved.
        last: when it was told last.
    """

    device_id: str
    until: float
    told: dict[str, int] = field(default_factory=dict)
    due: float | None = None
    last: float = float("-inf")
    over: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Let it end soon."""
        self.over = True
        self.woken.set()

    def moved(self, counters: dict[str, int]) -> bool:
        """Whether a feed stands elsewhere than it was told."""
        return any(counters.get(name, 0) != number for name, number in self.told.items())


class Hints:
    """The streams of one process."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._streams: dict[str, Stream] = {}
        self._database = ThreadPoolExecutor(_THREADS, thread_name_prefix="hints")
        self._closing = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; a stream as long as it lasts."""
        refusal = None
        if self._closing or len(self._streams) >= self._pace.most:
            refusal = TooManyStreamsError()
        answer = await self._ask(partial(telling.admit, dict(scope), refusal))
        start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(start)
        if not answer.device_id:
            await send({"type": "http.response.body", "body": answer.body, "more_body": False})
            return
        # The newer one counts: the older may hang on a connection that the device lost.
        stream = self._begin(answer.device_id)
        gone = asyncio.ensure_future(_disconnected(receive))
        gone.add_done_callback(lambda _: stream.end())
        try:
            await self._flow(stream, send)
        finally:
            gone.cancel()
            stream.ended.set()
            if self._streams.get(stream.device_id) is stream:
                del self._streams[stream.device_id]

    async def watch(self) -> None:
        """Look at the feeds as long as the process lives; a database that is away is waited for."""
        while True:
            await asyncio.sleep(self._pace.poll)
            if not self._streams:
                continue
            try:
                self._compare(await self._ask(telling.counters))
            except _AWAY as error:
                _log.info("the database is away: %s", error)

    async def close(self) -> None:
        """End all streams; devices come back by themselves, each at its own time."""
        self._closing = True
        for stream in self._streams.values():
            stream.end()
        await asyncio.gather(*(each.ended.wait() for each in list(self._streams.values())))
        self._database.shutdown()

    def _begin(self, device_id: str) -> Stream:
        former = self._streams.get(device_id)
        if former is not None:
            former.end()
        stream = Stream(device_id, until=_now() + self._pace.life(random.random))
        if self._closing:
            stream.end()
        self._streams[device_id] = stream
        return stream

    def _compare(self, counters: dict[str, int]) -> None:
        found = [
            each for each in self._streams.values() if each.due is None and each.moved(counters)
        ]
        now = _now()
        for each in found:
            delay = self._pace.delay(len(found), random.random)
            each.due = max(now + delay, each.last + self._pace.gap)
            asyncio.get_running_loop().call_at(each.due, each.woken.set)

    async def _flow(self, stream: Stream, send: Send) -> None:
        """Speak at once, then whenever something moved, and from time to time."""
        data: bytes | None = await self._told(stream)
        while data is not None and not stream.over:
            await send({"type": "http.response.body", "body": data, "more_body": True})
            try:
                await asyncio.wait_for(stream.woken.wait(), self._pace.ping)
            except TimeoutError:
                data = _PING if _now() < stream.until else None
                continue
            stream.woken.clear()
            data = None if stream.over else await self._told(stream)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _told(self, stream: Stream) -> bytes | None:
        """Return what to say now; None to a device that may listen no longer."""
        stream.due, stream.last = None, _now()
        try:
            hint = await self._ask(partial(telling.tell, stream.device_id))
        except BoardpackError as error:
            _log.info("a stream ends: %s", error.code)
            return None
        except _AWAY as error:
            _log.info("the database is away: %s", error)
            return _PING
        stream.told = dict(hint.cursor)
        return _PING + telling.event(hint)

    async def _ask(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._database, telling.with_database, work)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _now() -> float:
    return asyncio.get_running_loop().time()
