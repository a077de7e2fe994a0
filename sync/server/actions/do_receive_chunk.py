"""The secretariat or a signatory uploads a file, a chunk at a time (D9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain import clock
from boardpack.domain.refusals import (
    BlobNotAllowedError,
    BlobUnknownError,
    BlobWrongDigestError,
)
from sync.protocol.errors import BadRequestError, TooMuchError, WrongOffsetError
from sync.protocol.messages import official_feed
from sync.server import audit, blobs, parts, quota, transactions
from sync.server.access import Person, access_blob, access_upload
from sync.server.models import Deliberation, Upload
from sync.server.permission import Permission
from sync.server.storage.chosen import store

PERMISSION: Final = Permission.UPLOADER
MAX_CHUNK: Final = 8 * 1024 * 1024


@dataclass(frozen=True)
class Progress:
    """Where an upload stands: bytes held, and whether the file is verified and counts."""

    offset: int
    complete: bool


def upload_progress(person: Person, sha256: str) -> Progress:
    """Return where the person's upload of `sha256` stands; finish it when only that was missing.

    Raises:
        BlobNotAllowedError: the person has nothing to upload for.
    """
    _require_uploader(person)
    held = _held(person, sha256)
    if held is not None:
        return held
    upload = access_upload(person, sha256)
    if upload is None:
        return Progress(0, complete=False)
    if upload.offset == upload.length:
        return _finish(person, upload)
    return Progress(min(upload.offset, parts.size(upload.id)), complete=False)


def do_receive_chunk(
    person: Person, sha256: str, offset: int, length: int, data: bytes
) -> Progress:
    """Keep `data` at `offset` of a file of `length` bytes; verify the whole with the last chunk.

    Raises:
        BlobNotAllowedError: the person has nothing to upload for.
        BlobTooLargeError, QuotaExceededError: said at the first chunk of a file.
        TooMuchError, BadRequestError: limits and nonsense.
        WrongOffsetError: go on from its `offset`.
        BlobWrongDigestError: the whole is not `sha256`; it was dropped, start over.
        StorageFullError: no room.
        StorageUnavailableError: the store does not answer; the bytes are kept, send again.
    """
    _require_uploader(person)
    if len(data) > MAX_CHUNK:
        raise TooMuchError(limit=MAX_CHUNK)
    if offset < 0 or offset + len(data) > length:
        raise BadRequestError(what="Upload-Offset")
    held = _held(person, sha256)
    if held is not None:
        return held
    if access_upload(person, sha256) is None:
        # Before the first byte is kept, not after the last.
        quota.require_room(person, length)
    upload = transactions.run(lambda: _write(person, sha256, offset, length, data))
    if upload.offset < upload.length:
        return Progress(upload.offset, complete=False)
    return _finish(person, upload)


def _require_uploader(person: Person) -> None:
    signs = Deliberation.objects.filter(signatories=person.official)
    if not person.offices and not signs.exists():
        raise BlobNotAllowedError


def _held(person: Person, sha256: str) -> Progress | None:
    """Return that nothing is to be sent; bytes that the server lost are asked for again."""
    try:
        blob = access_blob(person, sha256)
    except BlobUnknownError:
        return None
    return Progress(blob.size, complete=True) if blobs.lies_there(sha256, blob.size) else None


def _write(person: Person, sha256: str, offset: int, length: int, data: bytes) -> Upload:
    upload, _ = Upload.objects.select_for_update().get_or_create(
        official=person.official,
        sha256=sha256,
        defaults={"length": length, "updated_at": clock.now()},
    )
    if upload.length != length:
        raise BadRequestError(what="Upload-Length")
    # After a power cut the disk may hold less than the row says: the disk is right.
    stands = min(upload.offset, parts.size(upload.id))
    if offset != stands:
        raise WrongOffsetError(offset=stands)
    parts.write(upload.id, offset, data)
    upload.offset, upload.updated_at = offset + len(data), clock.now()
    upload.save(update_fields=["offset", "updated_at"])
    return upload


def _finish(person: Person, upload: Upload) -> Progress:
    """Verify, store, record; the first two take seconds for a large file, so outside a lock."""
    try:
        size = parts.verify(upload.id, upload.sha256)
        store().put(parts.path(upload.id), upload.sha256)
    except BlobWrongDigestError:
        Upload.objects.filter(id=upload.id).delete()
        raise
    except FileNotFoundError:
        # A request beside this one finished the same upload, or its bytes are lost. That the file
        # exists proves nothing: only its grant says that this person ever had the bytes.
        Upload.objects.filter(id=upload.id).delete()
        return _held(person, upload.sha256) or Progress(0, complete=False)

    def act() -> None:
        blobs.keep(upload.sha256, size, official_feed(person.official.id))
        Upload.objects.filter(id=upload.id).delete()
        audit.record(person, "receive_file", upload.sha256[:16], size=size)

    transactions.run(act)
    parts.drop(upload.id)
    return Progress(size, complete=True)
