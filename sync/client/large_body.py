"""The body of a large answer, read past the layers of the HTTP library.

Each piece that httpx hands over is copied and looked at in five layers: for hundreds of megabytes
that costs half as much processor time as TLS (`tests/benchmarks/transfers_bench.py`). Request, head
and first piece are the library's; of an announced length the rest is read from its connection. The
library then knows of no end, and closes the connection: one more greeting for a large file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import httpcore
import httpx

from boardpack.domain.ports import ConnectionLostError
from sync.client import errors

#: From here on, in bytes, a new connection for the next file costs less than the layers.
LARGE: Final = 16 * 1024 * 1024
_PIECE: Final = 1024 * 1024


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body as it comes.

    Raises:
        ConnectionLostError, TooSlowError: while a large one is read.
        httpx.HTTPError: while another one is read.
    """
    given = response.iter_raw()
    length = _announced(response)
    if length < LARGE:
        yield from given
        return
    first = next(given, b"")
    yield first
    yield from _rest(response, length - len(first))


def _announced(response: httpx.Response) -> int:
    """Return the length of the body, 0 when only the library can tell where it ends."""
    text = response.headers.get("content-length", "")
    plain = response.http_version == "HTTP/1.1" and "transfer-encoding" not in response.headers
    return int(text) if plain and text.isascii() and text.isdigit() else 0


def _rest(response: httpx.Response, left: int) -> Iterator[bytes]:
    stream = response.extensions["network_stream"]
    timeout = response.request.extensions["timeout"]["read"]
    while left:
        try:
            piece = stream.read(_PIECE, timeout)
        except httpcore.ReadTimeout as error:
            raise errors.TooSlowError from error
        except httpcore.NetworkError as error:
            raise ConnectionLostError from error
        if not piece:
            raise ConnectionLostError
        # More than was announced is not of this answer.
        yield piece[:left]
        left -= min(left, len(piece))
