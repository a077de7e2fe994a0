"""Verify the signatures of a PDF: the strict verdict, for anybody (server, window, command line).

Everything happens in memory and offline: nothing is fetched, nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from boardpack.domain import clock
from signing.certificates import load_certificates
from signing.model import Verdict


def verify(pdf: bytes, *, roots: Sequence[bytes] = (), moment: datetime | None = None) -> Verdict:
    """Return the strict verdict on a file, whatever its bytes are.

    Call it from a worker thread: pyHanko runs an event loop of its own, which cannot stand inside
    another one.

    Args:
        pdf: the whole file.
        roots: certificates that are trusted, PEM (one or several each) or DER; without any, a good
            signature is "indeterminate", because nobody vouches for the name in it.
        moment: when trust is judged, aware; now when absent.

    Raises:
        RootsUnreadableError: one of the roots is no certificate.
        ValueError: `moment` has no time zone.
    """
    from signing.inspection.verdict import reach_verdict  # noqa: PLC0415 costs most of a second

    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    trusted = [der for root in roots for der in load_certificates(root)]
    return reach_verdict(pdf, trusted, moment or clock.now())
