"""Keeps a worker process at hand: starts it, reopens documents in it, stops it when it hangs."""

from __future__ import annotations

import logging
import math
import os
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from boardpack.domain.errors import BoardpackError
from boardpack.pdf import wire
from boardpack.pdf.errors import (
    DocumentHungError,
    PageHungError,
    UnknownDocumentError,
    WorkerDiedError,
    refusal,
)
from boardpack.pdf.values import BytesSource, DocumentFacts, Source
from boardpack.pdf.worker_process import DiedError, HungError, WorkerProcess

log = logging.getLogger("boardpack.pdf")

T = TypeVar("T")

#: A page that hung is not tried again; one that killed the worker is, once: it may be bad luck.
_HANG: Final = 2
_CRASH: Final = 1
_TOO_MUCH: Final = 2
#: A document that needs much memory by itself is no reason to start again and again.
_GROWTH: Final = 1.5


@dataclass(frozen=True)
class _Opening:
    source: Source
    password: str


class Supervisor:
    """One worker process at a time, and one request at a time, from any thread."""

    def __init__(self, watchdog: float, memory_limit: int) -> None:
        """Prepare; the process starts with the first request, or with `start`.

        Args:
            watchdog: seconds without progress after which a request counts as hung.
            memory_limit: bytes that the process may keep; beyond, it is replaced.
        """
        self.watchdog = watchdog
        self._memory_limit = memory_limit
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._openings: dict[int, _Opening] = {}
        self._last_handle = 0
        self._troubles: Counter[tuple[int, str, int]] = Counter()
        self._closing = False
        self._begin()

    def _begin(self) -> None:
        """Note what is true of a process that was just started."""
        self._loaded: set[int] = set()
        self._resident = 0
        self._floor = 0
        self._fresh = True

    @property
    def pid(self) -> int:
        """The worker's process number; 0 when there is none now."""
        process = self._process
        return process.pid if process else 0

    def start(self) -> None:
        """Start the process if there is none; do not wait until it is ready."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process and forget every document; a request under way fails at once."""
        self._closing = True
        process = self._process
        if process and self._lock.locked():
            process.interrupt()
        with self._lock:
            self._openings.clear()
            self._troubles.clear()
            if self._process:
                self._process.close()
            self._process = None
            self._closing = False

    def _running(self) -> WorkerProcess:
        if self._process and not self._process.is_alive():
            # It ended while idle, so no request is to blame.
            self._replace("ended while idle")
        if not self._process:
            self._process = WorkerProcess()
            self._begin()
        return self._process

    def _replace(self, why: str) -> None:
        log.info("PDF worker stopped: %s", why)
        if self._process:
            self._process.kill()
        # The next one gets ready while the person looks at the message.
        self._process = None if self._closing else WorkerProcess()
        self._begin()

    def open(self, source: Source, password: str) -> DocumentFacts:
        """Open a document under a new handle.

        Raises:
            BoardpackError: see `boardpack.pdf.errors`.
        """
        with self._lock:
            self._last_handle += 1
            handle = self._last_handle
            self._openings[handle] = _Opening(source, password)
            try:
                return _facts(self._load(handle), handle)
            except BaseException:
                self._forget(handle)
                raise

    def _load(self, handle: int) -> wire.Done:
        source, password = self._openings[handle].source, self._openings[handle].password
        data: bytes | None = None
        if isinstance(source, BytesSource):
            data = source.data
            request = wire.OpenDocument(handle, password=password)
        else:
            request = wire.OpenDocument(handle, os.fsencode(source.path), source.key, password)
        done = self._exchange(request, data)
        self._loaded.add(handle)
        if self._fresh:
            self._floor = done.resident
        return done

    def forget(self, handle: int) -> None:
        """Close a document; an unknown handle is no error."""
        with self._lock:
            loaded = handle in self._loaded
            self._forget(handle)
            if loaded:
                # A worker that fails here was replaced, and the document went with it.
                with suppress(WorkerDiedError, DocumentHungError):
                    self._exchange(wire.CloseDocument(handle))

    def _forget(self, handle: int) -> None:
        self._openings.pop(handle, None)
        self._loaded.discard(handle)
        for trouble in [trouble for trouble in self._troubles if trouble[0] == handle]:
            del self._troubles[trouble]

    def hung_pages(self, handle: int, work: str) -> tuple[int, ...]:
        """Return the pages of a document that are not tried again for that work."""
        with self._lock:
            return tuple(
                page
                for (other, kind, page), count in self._troubles.items()
                if (other, kind) == (handle, work) and count >= _TOO_MUCH
            )

    def ask(self, request: wire.Request, kind: type[T], total: float = math.inf) -> T:
        """Return the worker's result, which must be a `kind`.

        Args:
            request: what to do.
            kind: what the result is.
            total: seconds for the whole answer, beside the watchdog.

        Raises:
            BoardpackError: see `boardpack.pdf.errors`.
        """
        with self._lock:
            result = _read(self._ask(request, total), kind)
            self._renew()
            return result

    def ask_pixels(self, request: wire.RenderPage) -> tuple[wire.Pixels, bytes]:
        """Return a picture: what it is, and its bytes.

        Raises:
            BoardpackError: see `boardpack.pdf.errors`.
        """
        with self._lock:
            pixels = _read(self._ask(request), wire.Pixels)
            rgb = self._follow()
            if len(rgb) != pixels.stride * pixels.height or pixels.stride < 3 * pixels.width:
                self._replace("sent a wrong picture")
                raise WorkerDiedError
            self._renew()
            return pixels, rgb

    def ask_bytes(self, request: wire.RewritePdf, total: float) -> bytes:
        """Return a document that the worker made, within `total` seconds.

        Raises:
            BoardpackError: see `boardpack.pdf.errors`.
        """
        with self._lock:
            left = _read(self._ask(request, total), wire.Rewritten).size
            if not 0 < left <= wire.MOST_REWRITTEN:
                self._replace("sent a wrong size")
                raise WorkerDiedError
            made = bytearray()
            while left:
                piece = self._follow()
                if not 0 < len(piece) <= left:
                    self._replace("sent wrong bytes")
                    raise WorkerDiedError
                made += piece
                left -= len(piece)
            self._renew()
            return bytes(made)

    def _follow(self) -> bytes:
        try:
            return self._running().follow()
        except DiedError as error:
            self._replace("died while it sent bytes")
            raise WorkerDiedError from error

    def _ask(self, request: wire.Request, total: float = math.inf) -> wire.Done:
        handle = getattr(request, "handle", None)
        if handle is not None:
            if handle not in self._openings:
                raise UnknownDocumentError
            work, page = _place(request, -1)
            if self._troubles[handle, work, page] >= _TOO_MUCH:
                raise PageHungError(page=page + 1)
            self._running()
            if handle not in self._loaded:
                self._load(handle)
        self._fresh = False
        return self._exchange(request, total=total)

    def _exchange(
        self, request: wire.Request, data: bytes | None = None, total: float = math.inf
    ) -> wire.Done:
        try:
            answer = self._running().ask(request, data, self.watchdog, total)
        except HungError as error:
            self._replace("hung")
            raise self._blame(request, error.page, _HANG) from error
        except DiedError as error:
            self._replace("died")
            self._blame(request, error.page, _CRASH)
            raise WorkerDiedError from error
        self._resident = answer.resident
        if isinstance(answer, wire.Failure):
            raise refusal(answer.code, answer.parameters)
        if answer.complaints:
            log.debug("MuPDF had %d messages on a %s", answer.complaints, type(request).__name__)
        return answer

    def _blame(self, request: wire.Request, progress: int, weight: int) -> BoardpackError:
        """Remember what page brought the worker down; return the error that says so."""
        work, page = _place(request, progress)
        if page < 0:
            return DocumentHungError()
        handle = getattr(request, "handle", None)
        if handle is not None:
            self._troubles[handle, work, page] += weight
        return PageHungError(page=page + 1)

    def _renew(self) -> None:
        """Replace a process that keeps too much memory: it never gives it back (§3.6, 11)."""
        if self._resident > max(self._memory_limit, _GROWTH * self._floor):
            self._replace("large")


def _facts(done: wire.Done, handle: int) -> DocumentFacts:
    facts = _read(done, DocumentFacts)
    if (facts.handle, facts.pages) != (handle, len(facts.page_boxes)):
        raise WorkerDiedError
    return facts


def _place(request: wire.Request, progress: int) -> tuple[str, int]:
    """Return what kind of work a request is, and on which page (-1: on none)."""
    return getattr(request, "work", ""), getattr(request, "page", progress)


def _read(done: wire.Done, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(done.result, type=kind)
    except msgspec.MsgspecError as error:
        raise WorkerDiedError from error
