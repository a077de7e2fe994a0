"""One worker process, seen from the program: start, ask, stop."""

from __future__ import annotations

import multiprocessing
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Final

import msgspec

from boardpack.pdf import wire, worker_main

#: A cold start reads 60 MB of libraries from the disk.
START_LIMIT: Final = 60.0
#: No answer may be larger: 25 million pixels and something over.
_MOST_BYTES: Final = 80_000_000
_END_LIMIT: Final = 2.0
_STALL_LIMIT: Final = 30.0


class _BrokenError(Exception):
    def __init__(self, page: int = -1) -> None:
        """Note the last page that the worker named, or -1."""
        super().__init__(page)
        self.page = page


class HungError(_BrokenError):
    """The worker made no progress in time."""


class DiedError(_BrokenError):
    """The worker is gone, or says things that are no answer."""


class WorkerProcess:
    """A process that answers one request at a time."""

    def __init__(self) -> None:
        """Start it; it gets ready by itself meanwhile."""
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(
            target=worker_main.run, args=(other,), name="boardpack-pdf", daemon=True
        )
        with other, bare_main():
            self._process.start()
        self._ready = False
        self._page = -1

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid or 0

    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.is_alive()

    def ask(
        self, request: wire.Request, data: bytes | None, limit: float, total: float
    ) -> wire.Done | wire.Failure:
        """Send a request (and the bytes that follow it) and wait for its answer.

        Args:
            request: what to do.
            data: bytes that follow the request.
            limit: seconds without progress after which the worker counts as hung.
            total: seconds for the whole answer.

        Raises:
            HungError: no progress in time.
            DiedError: the process ended, or answered nonsense.
        """
        self._page = -1
        try:
            if not self._ready:
                self._wait(START_LIMIT)
                _bound(self._connection)
                self._ready = True
            self._connection.send_bytes(wire.ENCODER.encode(wire.Envelope(limit, request)))
            if data is not None:
                self._connection.send_bytes(data)
            return self._answer(limit, time.monotonic() + total)
        except (EOFError, OSError, msgspec.MsgspecError) as error:
            raise DiedError(self._page) from error

    def _answer(self, limit: float, end: float) -> wire.Done | wire.Failure:
        while True:
            answer = self._wait(min(limit, end - time.monotonic()))
            if isinstance(answer, (wire.Done, wire.Failure)):
                return answer
            if isinstance(answer, wire.Progress):
                self._page = answer.page

    def _wait(self, limit: float) -> wire.Answer:
        if not self._connection.poll(max(0.0, limit)):
            raise HungError(self._page)
        return wire.ANSWERS.decode(self._connection.recv_bytes(_MOST_BYTES))

    def follow(self) -> bytes:
        """Return the bytes that follow an answer.

        Raises:
            DiedError: the process ended before they came.
        """
        try:
            return self._connection.recv_bytes(_MOST_BYTES)
        except (EOFError, OSError) as error:
            raise DiedError from error

    def interrupt(self) -> None:
        """End it while another thread waits for its answer, which then fails."""
        with suppress(ValueError):  # that thread has ended it already
            self._process.kill()

    def close(self) -> None:
        """Let it end by itself, as an idle worker does at once."""
        self._connection.close()
        self._process.join(_END_LIMIT)
        self.kill()

    def kill(self) -> None:
        """End it whatever it does."""
        self._connection.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()


_main_lock = threading.Lock()


@contextmanager
def bare_main() -> Iterator[None]:
    """Start a process without the program's main module.

    `multiprocessing` would import it again in the worker, and the window with it: slower, larger,
    and more for a hostile document to reach.
    """
    with _main_lock:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _bound(connection: Connection) -> None:
    """Bound reading and writing on the pipe, so that a stopped or subverted worker cannot block us.

    The pipe of `multiprocessing` is a pair of sockets except on Windows, where only the wait for
    an answer's beginning is bounded.
    """
    if sys.platform == "win32":
        return
    seconds = struct.pack("ll", int(_STALL_LIMIT), 0)
    with socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
