"""The messages between the program and its PDF worker, as MessagePack on a pipe.

Not pickle: the worker reads hostile files, and what it answers is typed data, nothing more.
"""

from __future__ import annotations

from typing import ClassVar, Final, TypeAlias

import msgspec

from boardpack.pdf.intake import PageSize
from boardpack.pdf.values import Hit


class _Message(msgspec.Struct, frozen=True, tag=True):
    pass


class OpenDocument(_Message, frozen=True):
    """Open under `handle`: the sealed file at `path`, else the bytes that follow."""

    handle: int
    path: bytes = b""
    key: bytes = b""
    password: str = ""


class CloseDocument(_Message, frozen=True):
    """Forget a document."""

    handle: int


class _PageRequest(_Message, frozen=True):
    """Work on one page. `work` names what must not be tried again once it hung."""

    work: ClassVar[str] = "text"
    handle: int
    page: int


class RenderPage(_PageRequest, frozen=True):
    """Draw a page or the part `clip` (x, y, width, height in pixels); the pixels follow."""

    work: ClassVar[str] = "picture"
    zoom: float
    clip: tuple[int, int, int, int] | None = None
    dark: bool = False


class ReadWords(_PageRequest, frozen=True):
    """The words of a page."""


class ReadText(_PageRequest, frozen=True):
    """The text of a page."""


class FingerprintPage(_PageRequest, frozen=True):
    """What recognises a page in another version."""

    work: ClassVar[str] = "fingerprint"


class ReadLinks(_PageRequest, frozen=True):
    """The links of a page."""

    work: ClassVar[str] = "links"


class BatchRequest(_Message, frozen=True):
    """Work on pages from `first` on, for a short while; `skip` holds pages that hung."""

    work: ClassVar[str] = "text"
    handle: int
    first: int = 0
    skip: tuple[int, ...] = ()


class ReadTexts(BatchRequest, frozen=True):
    """The text of many pages."""


class FindText(BatchRequest, frozen=True):
    """Where `query` stands, up to `limit` places."""

    query: str = ""
    limit: int = 0


class DigestFile(_Message, frozen=True):
    """Size, digest and kind of a file."""

    path: bytes


class InspectPdf(_Message, frozen=True):
    """What a PDF file is like inside; `skip` holds pages that hung."""

    path: bytes
    skip: tuple[int, ...] = ()


class RewritePdf(_Message, frozen=True):
    """Write a PDF file anew, if it has digest `sha256` (any when empty); the bytes follow."""

    path: bytes
    sha256: str = ""


DocumentRequest: TypeAlias = (
    RenderPage | ReadWords | ReadText | FingerprintPage | ReadLinks | ReadTexts | FindText
)
FileRequest: TypeAlias = DigestFile | InspectPdf | RewritePdf
Request: TypeAlias = OpenDocument | CloseDocument | DocumentRequest | FileRequest


class Envelope(msgspec.Struct, frozen=True):
    """A request, and after how many seconds without progress the worker is stopped."""

    limit: float
    request: Request


class Ready(_Message, frozen=True):
    """The worker can work."""


class Progress(_Message, frozen=True):
    """The worker begins page `page` of a long request, or goes on reading (-1)."""

    page: int = -1


class Failure(_Message, frozen=True):
    """The request failed for a reason that the error tree names."""

    code: str
    parameters: dict[str, str | int]
    resident: int = 0


class Done(_Message, frozen=True):
    """The result, the worker's memory in bytes, and how often MuPDF complained (never what)."""

    result: msgspec.Raw
    resident: int = 0
    complaints: int = 0


Answer: TypeAlias = Ready | Progress | Failure | Done


class Pixels(msgspec.Struct, frozen=True):
    """What the bytes that follow are."""

    x: int
    y: int
    width: int
    height: int
    stride: int
    zoom: float


class Batch(msgspec.Struct, frozen=True):
    """What some pages gave, and the page to go on with."""

    following: int


class Texts(Batch, frozen=True):
    """What `ReadTexts` found: one text a page."""

    texts: list[str]


class Hits(Batch, frozen=True):
    """What `FindText` found."""

    hits: list[Hit]


class Digested(msgspec.Struct, frozen=True):
    """What `DigestFile` found."""

    media_type: str
    size: int
    sha256: str


class Inspected(msgspec.Struct, frozen=True):
    """What `InspectPdf` found; see `boardpack.pdf.intake.PdfFacts`."""

    pages: int
    encrypted: bool
    damaged: bool
    repaired: bool
    pages_without_text: int
    has_signatures: bool
    has_javascript: bool
    has_launch: bool
    has_attachments: bool
    page_sizes: tuple[PageSize, ...]
    title: str


class Rewritten(msgspec.Struct, frozen=True):
    """What `RewritePdf` made: so many bytes follow, in pieces."""

    size: int


#: No server takes a larger file.
MOST_REWRITTEN: Final = 500_000_000
#: Large bytes follow an answer in pieces of this size.
PIECE: Final = 16 * 1024 * 1024

ENCODER: Final = msgspec.msgpack.Encoder()
ENVELOPES: Final = msgspec.msgpack.Decoder(Envelope)
ANSWERS: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)


def raw(result: object) -> msgspec.Raw:
    """Return a result as it travels in `Done`."""
    return msgspec.Raw(ENCODER.encode(result))
