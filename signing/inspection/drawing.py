"""Does a document still draw the same pages as the revision that was signed?

pyHanko refuses every change that it does not know, and other tools make harmless ones (objects
freed, identical copies). What differs here is what a reader would see: then the document is
"invalid"; otherwise the changes are only "unrecognised". Neither is ever "valid".
"""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from typing import Final, TypeAlias

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from signing.inspection.objects import PdfThing, entry, raw, reference, resolved

Rectangle: TypeAlias = tuple[float, float, float, float]

#: Entries of the catalogue that decide what is drawn, or act when the document is opened.
DRAWING_KEYS: Final = ("/Pages", "/OCProperties", "/OpenAction", "/AA", "/Names")
#: Links back up, and notes of programs to themselves.
SILENT_KEYS: Final = frozenset(
    {"/Parent", "/P", "/StructParent", "/StructParents", "/Metadata", "/LastModified", "/PieceInfo"}
)
#: Nobody's council papers are larger; a hostile file could make us walk for ever.
MOST_STEPS: Final = 500_000


def draws_the_same(reader: PdfFileReader, revision: int) -> bool:
    """Compare what revision `revision` draws with what the whole file draws."""
    old: PdfThing = reader.get_historical_resolver(revision).root
    new: PdfThing = reader.get_historical_resolver(reader.total_revisions - 1).root
    return _equal([(raw(old, key), raw(new, key)) for key in DRAWING_KEYS])


def _equal(pairs: list[tuple[PdfThing, PdfThing]]) -> bool:
    seen: set[tuple[generic.Reference, generic.Reference]] = set()
    for _ in range(MOST_STEPS):
        if not pairs:
            return True
        old, new = pairs.pop()
        if isinstance(old, generic.IndirectObject) and isinstance(new, generic.IndirectObject):
            key = (old.reference, new.reference)
            if key in seen:
                continue
            seen.add(key)
        old, new = resolved(old), resolved(new)
        if isinstance(old, generic.DictionaryObject) and isinstance(new, generic.DictionaryObject):
            if not _same_entries(old, new, pairs):
                return False
        elif isinstance(old, generic.ArrayObject) and isinstance(new, generic.ArrayObject):
            if len(old) != len(new):
                return False
            pairs.extend(zip(list(old), list(new), strict=True))
        elif old != new:
            return False
    return False


def _same_entries(old: PdfThing, new: PdfThing, pairs: list[tuple[PdfThing, PdfThing]]) -> bool:
    streams = isinstance(old, generic.StreamObject), isinstance(new, generic.StreamObject)
    if streams[0] != streams[1] or (streams[0] and old.encoded_data != new.encoded_data):
        return False
    ignored = set(SILENT_KEYS)
    if "/Page" in (entry(old, "/Type"), entry(new, "/Type")):
        ignored.add("/Annots")
        pairs.append(_annotations(old, new))
    keys = set(old) - ignored
    if keys != set(new) - ignored:
        return False
    pairs.extend((old.raw_get(key), new.raw_get(key)) for key in keys)
    return True


def _annotations(old: PdfThing, new: PdfThing) -> tuple[PdfThing, PdfThing]:
    """Return both pages' annotations without the signatures that came in between.

    Those are judged elsewhere (`adds_appearance`); one that was signed before must stay the same.
    """
    before = [one for one in entry(old, "/Annots", ()) if not _is_signature(one, signed=False)]
    known = {_key(one) for one in before}
    after = [
        one for one in entry(new, "/Annots", ()) if _key(one) in known or not _is_signature(one)
    ]
    return generic.ArrayObject(before), generic.ArrayObject(after)


def _key(annotation: PdfThing) -> object:
    return reference(annotation) or id(annotation)


def _is_signature(annotation: PdfThing, *, signed: bool | None = None) -> bool:
    widget = resolved(annotation)
    parent = entry(widget, "/Parent")
    if "/Sig" not in (entry(widget, "/FT"), entry(parent, "/FT")):
        return False
    filled = entry(widget, "/V") is not None or entry(parent, "/V") is not None
    return signed is None or signed == filled


def adds_appearance(reader: PdfFileReader, revision: int) -> bool:
    """Tell whether signature fields that can be seen were added after revision `revision`.

    A signature drawn over a page that somebody else had signed may hide what they signed.
    """
    known = _visible_fields(reader.get_historical_resolver(revision))
    return bool(_visible_fields(reader.get_historical_resolver(reader.total_revisions - 1)) - known)


def _visible_fields(document: HistoricalResolver) -> set[tuple[str, Rectangle]]:
    found: set[tuple[str, Rectangle]] = set()
    for name, _value, where in enumerate_sig_fields(document):
        field = resolved(where)
        for widget in (field, *entry(field, "/Kids", ())):
            match tuple(float(number) for number in entry(resolved(widget), "/Rect", ())):
                case (left, bottom, right, top) if left != right and bottom != top:
                    found.add((str(name), (left, bottom, right, top)))
    return found
