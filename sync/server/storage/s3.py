"""A bucket of an S3 server, through obstore; nginx fetches from it by an address that we sign.

Only what every S3 server has is used: PUT (in parts above five megabytes), GET with Range, HEAD,
DELETE, LIST, addresses signed by the query. No conditional PUT, no checksum of the server's: the
digest is checked here, before and after.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from boardpack.domain import ids
from boardpack.domain.errors import ActionableError
from sync.protocol.errors import BlobLostError, StorageUnavailableError
from sync.server.storage.port import (
    PIECE,
    Stored,
    digest_at,
    relative_path,
)

if TYPE_CHECKING:
    from obstore.store import S3Config

#: Long enough for nginx to begin; the transfer may take as long as it takes.
SIGNED_FOR: Final = timedelta(minutes=5)
_PART: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 4
_KNOWN: Final = {"endpoint", "region", "style"}


class BadStorageAddressError(ActionableError):
    """BOARDPACK_BLOBS is no address of a bucket (`reason`)."""

    code = "server.bad_storage_address"


@dataclass(frozen=True)
class S3Address:
    """Where the bucket is.

    ``s3://bucket/prefix?endpoint=https://s3.example.fr&region=fr-par&style=path``
    """

    bucket: str
    prefix: str
    endpoint: str
    region: str
    style: str


def parse(url: str) -> S3Address:
    """Read the address of a bucket.

    Raises:
        BadStorageAddressError: it is none; credentials never stand in it.
    """
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    if parts.scheme != "s3" or not parts.hostname or "@" in parts.netloc:
        raise BadStorageAddressError(reason="s3://bucket/prefix?endpoint=https://…")
    if unknown := set(query) - _KNOWN:
        raise BadStorageAddressError(reason=", ".join(sorted(unknown)))
    endpoint = query.get("endpoint", [""])[-1].rstrip("/")
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise BadStorageAddressError(reason="endpoint")
    style = query.get("style", ["path"])[-1]
    if style not in {"path", "host"}:
        raise BadStorageAddressError(reason="style=path, style=host")
    region = query.get("region", ["us-east-1"])[-1]
    return S3Address(parts.netloc, parts.path.strip("/"), endpoint, region, style)


@functools.cache
def open_bucket(url: str) -> Bucket:
    """Return the bucket at `url`, one a process; credentials from AWS_* or the machine's role."""
    address = parse(url)
    config: dict[str, Any] = {
        "region": address.region,
        "virtual_hosted_style_request": address.style == "host",
    }
    if address.endpoint:
        config["endpoint"] = address.endpoint
    return Bucket(
        address.bucket,
        prefix=address.prefix or None,
        config=cast("S3Config", config),
        client_options={
            "allow_http": address.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "read_timeout": timedelta(seconds=60),
            # Of one request: a part of eight megabytes on a slow line.
            "timeout": timedelta(minutes=5),
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )


class S3Store:
    """Files in a bucket."""

    def __init__(self, url: str, spare: Path) -> None:
        """Use the bucket at `url`; copies that must be files are made in the folder `spare`."""
        self._bucket = open_bucket(url)
        self._spare = spare

    def put(self, file: Path, sha256: str) -> None:
        """Send the bytes; the object is there whole, or not."""
        size = file.stat().st_size
        with _named(sha256):
            obstore.put(
                self._bucket,
                relative_path(sha256),
                file,
                chunk_size=_PART,
                max_concurrency=_AT_ONCE,
            )
        if self.size(sha256) != size:
            raise StorageUnavailableError(reason="size")

    def size(self, sha256: str) -> int | None:
        """Ask for the object's size."""
        with _named(sha256):
            try:
                return int(obstore.head(self._bucket, relative_path(sha256))["size"])
            except FileNotFoundError:
                return None

    def pieces(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Get a range of the object."""
        if length <= 0:
            return iter(())
        with _named(sha256):
            found = obstore.get(
                self._bucket, relative_path(sha256), options={"range": (start, start + length)}
            )
            return self._stream(sha256, iter(found.stream(min_chunk_size=PIECE)))

    @contextlib.contextmanager
    def as_file(self, sha256: str) -> Generator[Path]:
        """Fetch a copy, check it, drop it afterwards."""
        self._spare.mkdir(parents=True, exist_ok=True)
        copy = self._spare / f"copy-{ids.new_id()}"
        try:
            self._fetch(sha256, copy)
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def _fetch(self, sha256: str, copy: Path) -> None:
        digest = hashlib.sha256()
        with copy.open("wb") as file:
            for piece in self.pieces(sha256, 0, self.size(sha256) or 0):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != sha256:
            raise BlobLostError(sha256=sha256)

    def delete(self, sha256: str) -> None:
        """Delete the object."""
        with _named(sha256), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._bucket, relative_path(sha256))

    def stored(self) -> Iterator[Stored]:
        """List the bucket below our prefix."""
        with _named(""):
            for batch in obstore.list(self._bucket):
                for found in batch:
                    sha256 = digest_at(found["path"])
                    if sha256 is not None:
                        yield Stored(sha256, found["last_modified"])

    def address(self, sha256: str) -> str:
        """Return path and query of a signed address; nginx knows the host."""
        with _named(sha256):
            url = obstore.sign(self._bucket, "GET", relative_path(sha256), SIGNED_FOR)
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    @staticmethod
    def _stream(sha256: str, found: Iterator[bytes]) -> Iterator[bytes]:
        with _named(sha256):
            for piece in found:
                yield bytes(piece)


@contextlib.contextmanager
def _named(sha256: str) -> Generator[None]:
    """Translate the library's failures; its messages hold addresses, never a secret."""
    try:
        yield
    except FileNotFoundError as error:
        raise BlobLostError(sha256=sha256) from error
    except (BaseError, OSError, TimeoutError) as error:
        raise StorageUnavailableError(reason=type(error).__name__) from error
