"""Answers the requests of the program, one at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from pathlib import Path
from typing import Final

from boardpack.annotation.anchor import words_fingerprint
from boardpack.annotation.text import Word, prose
from boardpack.pdf import wire
from boardpack.pdf.engine import inspection, reading, rewriting
from boardpack.pdf.engine.document import OpenedDocument
from boardpack.pdf.engine.door import Native
from boardpack.pdf.engine.pictures import Pictures
from boardpack.pdf.errors import PageDamagedError
from boardpack.pdf.values import DocumentFacts, Hit, Link
from boardpack.sealing.segments import SealedReader

#: A batch of pages ends after this many seconds, so that a page to show need not wait long.
BATCH: Final = 0.05


@dataclass(frozen=True)
class Picture:
    """An answer whose bytes follow. The pixmap owns them: they live no longer than it."""

    pixels: wire.Pixels
    pixmap: Native

    @property
    def head(self) -> wire.Pixels:
        """The answer itself."""
        return self.pixels

    @property
    def pieces(self) -> Sequence[memoryview]:
        """The rows of pixels."""
        return (self.pixmap.samples_mv,)


@dataclass(frozen=True)
class Writing:
    """A document written anew, which follows its answer."""

    data: bytes

    @property
    def head(self) -> wire.Rewritten:
        """The answer itself."""
        return wire.Rewritten(len(self.data))

    @property
    def pieces(self) -> Sequence[memoryview]:
        """The document."""
        whole = memoryview(self.data)
        return [whole[at : at + wire.PIECE] for at in range(0, len(whole), wire.PIECE)]


class Desk:
    """The documents that are open in this process, and what can be asked about them."""

    def __init__(self, receive: Callable[[], bytes], advance: Callable[[int], None]) -> None:
        """Get bytes that follow a request by `receive`; tell of long work by `advance`."""
        self._receive = receive
        self._advance = advance
        self._documents: dict[int, OpenedDocument] = {}
        self._pictures = Pictures()

    @singledispatchmethod
    def answer(self, request: wire.Request) -> object:
        """Do what a request says; return its result, a `Picture` or a `Writing`.

        Raises:
            BoardpackError: the file does not allow it.
        """
        raise NotImplementedError(type(request).__name__)

    @answer.register
    def _(self, request: wire.OpenDocument) -> DocumentFacts:
        data: memoryview | bytes
        if request.path:
            with SealedReader(Path(os.fsdecode(request.path)), request.key) as sealed:
                data = memoryview(bytearray(sealed.size))
                sealed.read_into(data)
        else:
            data = self._receive()
        document = OpenedDocument(data, request.password)
        self._documents[request.handle] = document
        return document.facts(request.handle)

    @answer.register
    def _(self, request: wire.CloseDocument) -> None:
        self._pictures.forget(request.handle)
        document = self._documents.pop(request.handle, None)
        if document:
            document.close()

    @answer.register
    def _(self, request: wire.RenderPage) -> Picture:
        document = self._documents[request.handle]
        return Picture(*self._pictures.draw(document, request))

    @answer.register
    def _(self, request: wire.ReadWords) -> list[Word]:
        return self._documents[request.handle].words(request.page)

    @answer.register
    def _(self, request: wire.ReadText) -> str:
        return prose(self._documents[request.handle].words(request.page))

    @answer.register
    def _(self, request: wire.ReadLinks) -> list[Link]:
        return reading.links(self._documents[request.handle], request.page)

    @answer.register
    def _(self, request: wire.FingerprintPage) -> str:
        document = self._documents[request.handle]
        words = document.words(request.page)
        return words_fingerprint(words) or self._pictures.fingerprint(
            document, request.handle, request.page
        )

    @answer.register
    def _(self, request: wire.ReadTexts) -> wire.Texts:
        document = self._documents[request.handle]
        texts: list[str] = []
        for number in self._batch(document, request):
            try:
                texts.append("" if number in request.skip else prose(document.words(number)))
            except PageDamagedError:
                # The other pages can still be searched; showing this one names the damage.
                texts.append("")
        return wire.Texts(request.first + len(texts), texts)

    @answer.register
    def _(self, request: wire.FindText) -> wire.Hits:
        document = self._documents[request.handle]
        hits: list[Hit] = []
        after = request.first
        for number in self._batch(document, request):
            after = number + 1
            if number in request.skip:
                continue
            try:
                hits += reading.find(document, number, request.query)
            except PageDamagedError:
                continue  # as in ReadTexts
            if len(hits) >= request.limit:
                break
        return wire.Hits(after, hits[: request.limit])

    def _batch(self, document: OpenedDocument, request: wire.BatchRequest) -> Iterator[int]:
        end = time.monotonic() + BATCH
        for number in range(request.first, document.pages):
            self._advance(number)
            yield number
            if time.monotonic() > end:
                break

    @answer.register
    def _(self, request: wire.DigestFile) -> wire.Digested:
        return inspection.digest(Path(os.fsdecode(request.path)), self._advance)

    @answer.register
    def _(self, request: wire.InspectPdf) -> wire.Inspected:
        return inspection.inspect(Path(os.fsdecode(request.path)), request.skip, self._advance)

    @answer.register
    def _(self, request: wire.RewritePdf) -> Writing:
        path = Path(os.fsdecode(request.path))
        return Writing(rewriting.rewrite(path, request.sha256, self._advance))
