"""The worker's loop, and what the worker may not do."""

from __future__ import annotations

import faulthandler
import os
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from boardpack.domain.errors import BoardpackError
from boardpack.pdf import wire
from boardpack.pdf.engine import door
from boardpack.pdf.engine.desk import Desk, Picture, Writing
from boardpack.pdf.errors import WorkerFailedError

if sys.platform != "win32":
    import resource

ADDRESS_SPACE: Final = 3 * 1024**3
#: The program stops a hung worker; when the program is gone, the worker ends so much later.
_ALONE: Final = 5.0
_STDERR: Final = 2


def serve(connection: Connection) -> None:
    """Answer requests until the program closes the connection."""
    door.quieten()
    confine()
    with suppress(EOFError, ConnectionError):
        _Server(connection).serve()


class _Server:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._limit = 0.0
        self._desk = Desk(connection.recv_bytes, self._advance)

    def serve(self) -> None:
        self._send(wire.Ready())
        while True:
            envelope = wire.ENVELOPES.decode(self._connection.recv_bytes())
            self._limit = envelope.limit
            self._watch()
            result = self._result(envelope.request)
            faulthandler.cancel_dump_traceback_later()
            if isinstance(result, wire.Failure):
                self._send(result)
            elif isinstance(result, (Picture, Writing)):
                self._send(_done(result.head))
                for piece in result.pieces:
                    self._connection.send_bytes(piece)
            else:
                self._send(_done(result))

    def _result(self, request: wire.Request) -> object:
        try:
            return self._desk.answer(request)
        except BoardpackError as error:
            return wire.Failure(error.code, error.parameters, resident())
        except Exception as error:  # noqa: BLE001 a defect of ours: named, and reported by the program
            what = type(error).__name__
            return wire.Failure(WorkerFailedError.code, {"what": what}, resident())

    def _advance(self, page: int) -> None:
        self._watch()
        self._send(wire.Progress(page))

    def _watch(self) -> None:
        # A watchdog in C, which works while PyMuPDF holds Python's lock.
        faulthandler.dump_traceback_later(self._limit + _ALONE, exit=True, file=_STDERR)

    def _send(self, answer: wire.Answer) -> None:
        self._connection.send_bytes(wire.ENCODER.encode(answer))


def _done(result: object) -> wire.Done:
    return wire.Done(wire.raw(result), resident(), door.complaints())


def confine() -> None:
    """Bound memory; forbid files: no core dump and no temporary file holds a document in clear."""
    if sys.platform == "win32":
        return
    bounds = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0}
    if sys.platform == "linux":  # macOS refuses this one
        bounds[resource.RLIMIT_AS] = ADDRESS_SPACE
    for which, most in bounds.items():
        _, hard = resource.getrlimit(which)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (bound, bound))


def resident() -> int:
    """Return this process's memory in bytes; 0 where the system does not tell it cheaply."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return _peak()
    return pages * os.sysconf("SC_PAGE_SIZE")


def _peak() -> int:
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0
