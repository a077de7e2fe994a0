"""Files that an event names must be held, and be the sender's to name."""

from __future__ import annotations

from collections.abc import Iterable

from boardpack.domain.dossier import DocumentVersion
from boardpack.domain.refusals import BlobMissingError
from sync.protocol.errors import BadEventError
from sync.server.access import Person, access_blobs


def require_held(person: Person, versions: Iterable[DocumentVersion]) -> None:
    """Let pass when each version's bytes are held, are of its size and the person may read them.

    Raises:
        BlobMissingError: upload the file `sha256`, then send the event again.
        BadEventError: the size is another one.
    """
    wanted = {each.sha256: each.size for each in versions}
    held = access_blobs(person, wanted)
    for sha256, size in wanted.items():
        if sha256 not in held:
            raise BlobMissingError(sha256=sha256)
        if held[sha256].size != size:
            raise BadEventError(what="version.size")
