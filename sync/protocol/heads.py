"""The running hash of a feed: two histories that differ once differ for ever.

The server keeps the head at each number; a device remembers the head at its place. A server that
went back, or grew another history from there, cannot give the same head again.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

#: Bytes kept of each SHA-256: told with every page, and nobody gains by a collision of their own.
SIZE = 16


def next_head(head: str, seq: int, kind: str, record_id: str, body: bytes | None) -> str:
    """Return the head after one more change; `body` None says that the record is gone."""
    content = "gone" if body is None else hashlib.sha256(body).hexdigest()
    return _short("\n".join((head, str(seq), kind, record_id, content)))


def seal(cursor: Mapping[str, int], heads: Mapping[str, str]) -> str:
    """Return one digest of a whole place: every feed's number and head.

    Empty when some head is not known: nothing can be compared then.
    """
    if any(seq and not heads.get(feed) for feed, seq in cursor.items()):
        return ""
    lines = (f"{feed} {seq} {heads.get(feed, '')}" for feed, seq in sorted(cursor.items()))
    return _short("\n".join(lines))


def _short(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()[:SIZE]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
