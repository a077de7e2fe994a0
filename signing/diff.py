"""What changed between a document and its signed version: one signature, or something else too."""

from __future__ import annotations

from signing.verify import verify


def only_added(base: bytes, signed: bytes) -> bool:
    """Tell whether `signed` is `base`, byte for byte, and one more intact signature.

    Whose signature it is, and whether anybody vouches for them, is the verdict's matter.

    Args:
        base: the document before, signed by others or not.
        signed: what is said to be the same document with one signature more.
    """
    from signing.inspection.addition import only_adds_field  # noqa: PLC0415 costs most of a second

    if not only_adds_field(base, signed):
        return False
    verdict = verify(signed)
    return (
        verdict.verdict != "invalid"
        and bool(verdict.signatures)
        and verdict.signatures[-1].covers_whole_document
        and verdict.signatures[-1].integrity == "intact"
    )
