"""Is a file another one plus one signature, and nothing else?"""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from signing.inspection.drawing import adds_appearance
from signing.inspection.objects import ANY_FAILURE
from signing.inspection.policy import STRICT_POLICY


def only_adds_field(base: bytes, larger: bytes) -> bool:
    """Tell the same of bytes of any kind: what cannot be compared is something else."""
    try:
        return adds_one_field(base, larger)
    except ANY_FAILURE:
        return False


def adds_one_field(base: bytes, larger: bytes) -> bool:
    """Tell whether `larger` is `base` and one revision that fills one signature field unseen.

    The signature itself is not checked (a prepared document has none yet).

    Raises:
        Exception: of many kinds, when one of them cannot be read.
    """
    if not larger.startswith(base) or len(larger) == len(base):
        return False
    before = PdfFileReader(BytesIO(base), strict=True)
    after = PdfFileReader(BytesIO(larger), strict=True)
    last = after.total_revisions - 1
    if last != before.total_revisions:
        return False
    old, new = after.get_historical_resolver(last - 1), after.get_historical_resolver(last)
    # Raises when anything but the signature changed.
    STRICT_POLICY.apply(old, new)
    added = _filled(after) - _filled(before)
    lost = _filled(before) - _filled(after)
    return len(added) == 1 and not lost and not adds_appearance(after, last - 1)


def _filled(reader: PdfFileReader) -> set[str]:
    return {str(name) for name, _, _ in enumerate_sig_fields(reader, filled_status=True)}
