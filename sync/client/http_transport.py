"""The server by HTTPS, as an enrolled device reaches it (`boardpack.domain.ports.Transport`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

import httpx

from boardpack.domain.ports import BlobSink, BlobSource, ConnectionLostError
from boardpack.domain.refusals import BlobNotAllowedError
from boardpack.domain.transfers import DeltaOffer
from sync.client import failures
from sync.client.authorisation import Authorisation
from sync.client.connection import Request, ServerConnection
from sync.client.failures import Reply
from sync.client.proofs import DeviceKey
from sync.protocol.errors import WrongOffsetError, named

EXCHANGE_PATH: Final = "/api/v1/exchange"
DRAIN_PATH: Final = "/api/v1/drain"
SEARCH_PATH: Final = "/api/v1/deltas/search"
DELTAS_PATH: Final = "/api/v1/deltas/"
BLOBS_PATH: Final = "/api/v1/blobs/"
UPLOADS_PATH: Final = "/api/v1/uploads/"
CHUNK: Final = 4 * 1024 * 1024
_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_OK, _CREATED, _NO_CONTENT, _PARTIAL = 200, 201, 204, 206
#: How often an upload may be told that it stands elsewhere, in a row.
_OFFSET_TRIES: Final = 3


class HttpTransport:
    """Exchanges messages and files with one server. Threads may share it."""

    def __init__(
        self,
        url: str,
        device_id: str,
        device_key: Mapping[str, str],
        client: httpx.Client | None = None,
    ) -> None:
        """Reach the server at `url` as device `device_id`, by its private JWK.

        Raises:
            BadAddressError: `url` is no address of a server.
        """
        self._connection = ServerConnection(url, client)
        self._authorised = Authorisation(self._connection, device_id, DeviceKey(device_key))

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def exchange(self, request: bytes) -> bytes:
        """Send a request of the protocol, return the reply's bytes."""
        return self._post(EXCHANGE_PATH, request)

    def search_deltas(self, request: bytes) -> bytes:
        """Send a search of the protocol, return the answer's bytes."""
        return self._post(SEARCH_PATH, request)

    def _post(self, path: str, message: bytes) -> bytes:
        headers = {"Content-Type": _JSON}
        return _message(self._authorised.ask(Request("POST", path, headers, message)))

    def drain(self, request: bytes) -> bytes:
        """Hand in what waits on a device that left, return the reply's bytes."""
        headers = {"Content-Type": _JSON, "Accept": _JSON}
        return _message(self._authorised.ask_by_key(Request("POST", DRAIN_PATH, headers, request)))

    def fetch(self, sha256: str, sink: BlobSink) -> None:
        """Bring the rest of a file into `sink`, by a range where a part is there."""
        self._fetch(BLOBS_PATH + sha256, sha256, sink)

    def fetch_delta(self, sha256: str, offer: DeltaOffer, sink: BlobSink) -> None:
        """Bring the rest of a delta of file `sha256` into `sink`, by a range likewise."""
        query = urlencode({"from": offer.base, "kind": offer.kind.value})
        self._fetch(f"{DELTAS_PATH}{sha256}?{query}", offer.sha256, sink)

    def _fetch(self, path: str, sha256: str, sink: BlobSink) -> None:
        start = sink.offset
        headers = {"Range": f"bytes={start}-", "If-Range": f'"{sha256}"'} if start else {}
        request = Request("GET", path, headers)
        try:
            with self._authorised.stream(request) as (reply, pieces):
                _check_file(reply, sha256)
                if reply.status == _OK:
                    sink.restart()
                elif _range_start(reply) != start:
                    raise failures.unreadable()
                _pour(pieces, sink)
        except ConnectionLostError as error:
            error.progress = sink.offset > start
            raise

    def upload(self, source: BlobSource, progress: Callable[[int], None]) -> None:
        """Bring a file to the server, from where an earlier try stopped."""
        path = UPLOADS_PATH + source.sha256
        moved = False
        try:
            # A file of one chunk is sent at once; the answer says when the server stands elsewhere.
            offset: int | None = 0
            if source.size > CHUNK:
                offset = _stands(self._authorised.ask(Request("HEAD", path)), source)
            tries = 0
            while offset is not None:
                length = min(CHUNK, source.size - offset)
                reply = self._authorised.ask(_chunk(path, source, offset, length))
                after = _stands(reply, source)
                tries = 0 if after == offset + length else tries + 1
                if tries > _OFFSET_TRIES:
                    raise failures.failure(reply)
                progress(length)
                moved = moved or after != offset
                offset = after
        except ConnectionLostError as error:
            error.progress = moved
            raise


def _message(reply: Reply) -> bytes:
    if reply.status != _OK:
        raise failures.failure(reply)
    if not reply.headers.get("content-type", "").startswith(_JSON):
        raise failures.unreadable()
    return reply.body


def _chunk(path: str, source: BlobSource, offset: int, length: int) -> Request:
    headers = {
        "Content-Type": _BYTES,
        "Upload-Offset": str(offset),
        "Upload-Length": str(source.size),
    }
    return Request("PATCH", path, headers, source.read(offset, length))


def _stands(reply: Reply, source: BlobSource) -> int | None:
    """Return where the upload stands, None when the server holds the file."""
    if reply.status == _CREATED or reply.headers.get("upload-complete") == "?1":
        return None
    wrong_offset = failures.problem_code(reply) == WrongOffsetError.code
    if reply.status not in {_OK, _NO_CONTENT} and not wrong_offset:
        if reply.status == failures.FORBIDDEN and not reply.body:
            # The answer to HEAD has no body to say why.
            raise named(BlobNotAllowedError.code) or failures.unreadable()
        raise failures.failure(reply)
    text = reply.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit()) or int(text) > source.size:
        raise failures.unreadable()
    return int(text)


def _check_file(reply: Reply, sha256: str) -> None:
    """Accept only the server's own answer: a login page's 200 is none."""
    if reply.status not in {_OK, _PARTIAL}:
        raise failures.failure(reply)
    if reply.headers.get("etag") != f'"{sha256}"' or "content-encoding" in reply.headers:
        raise failures.unreadable()


def _range_start(reply: Reply) -> int:
    found = _CONTENT_RANGE.fullmatch(reply.headers.get("content-range", ""))
    if found is None:
        raise failures.unreadable()
    return int(found.group(1))


def _pour(pieces: Iterator[bytes], sink: BlobSink) -> None:
    for piece in pieces:
        sink.write(piece)
