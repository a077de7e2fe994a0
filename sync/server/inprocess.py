"""The server's own actions without HTTP, for simulators of faults in tests.

Same exchange, same files, same refusals as the API; only sockets, tokens and proofs are left out.
"""

from __future__ import annotations

from sync.server import blobs
from sync.server.access import access_blob, access_person
from sync.server.actions.do_receive_chunk import Progress, do_receive_chunk, upload_progress
from sync.server.exchange import exchange


def handle_exchange(device_id: str, data: bytes) -> bytes:
    """Return the bytes of the reply to the request bytes `data` of an active device."""
    return exchange(access_person(device_id), data)


def get_blob(device_id: str, sha256: str, start: int = 0, length: int | None = None) -> bytes:
    """Return a file, or `length` bytes of it from `start`.

    Raises:
        BlobUnknownError: no such file, or not this device's to read.
    """
    blob = access_blob(access_person(device_id), sha256)
    wanted = blob.size - start if length is None else length
    return b"".join(blobs.pieces(blob.sha256, start, wanted))


def uploaded(device_id: str, sha256: str) -> Progress:
    """Return where an upload stands (the API's HEAD)."""
    return upload_progress(access_person(device_id), sha256)


def upload(device_id: str, sha256: str, offset: int, length: int, data: bytes) -> Progress:
    """Keep one chunk of an upload (the API's PATCH)."""
    return do_receive_chunk(access_person(device_id), sha256, offset, length, data)
