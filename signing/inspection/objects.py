"""Reading pyHanko's objects: its dictionaries resolve references by `[]`, but not by `get`."""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pyhanko.pdf_utils import generic

#: Any object of a PDF: pyHanko's base class does not say what a dictionary or an array can do.
PdfThing: TypeAlias = Any
#: On foreign bytes pyHanko raises ValueError, TypeError, KeyError, AttributeError, AssertionError,
#: RecursionError and its own kinds (pades.md §3): where such bytes are read, all of them mean
#: "cannot be read", and each place says what follows from that.
ANY_FAILURE: Final = (Exception,)


def entry(dictionary: PdfThing, key: str, default: PdfThing = None) -> PdfThing:
    """Return what stands under `key`, references followed; `default` when nothing does."""
    if not isinstance(dictionary, generic.DictionaryObject) or key not in dictionary:
        return default
    return dictionary[key]


def raw(dictionary: PdfThing, key: str) -> PdfThing:
    """Return what stands under `key`, a reference as such; None when nothing does."""
    return dictionary.raw_get(key) if key in dictionary else None


def resolved(thing: PdfThing) -> PdfThing:
    """Follow a reference; anything else is returned as it is."""
    return thing.get_object() if isinstance(thing, generic.IndirectObject) else thing


def reference(thing: PdfThing) -> generic.Reference | None:
    """Return where a reference points; None when `thing` is none."""
    return thing.reference if isinstance(thing, generic.IndirectObject) else None
