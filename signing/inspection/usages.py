"""Where the objects that a revision replaces were used before: in time that a file cannot blow up.

pyHanko lists every path from the trailer to every object, recursively. A few kilobytes can hold
2^30 paths, and seven hundred bookmarks are deeper than Python recurses. Only the few objects that
were replaced matter, and only what leads to them is walked here; pyHanko's rules then judge by the
same paths as before.
"""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import SuspiciousModification

from signing.inspection.objects import PdfThing, entry, reference, resolved

Reference: TypeAlias = generic.Reference
Path: TypeAlias = tuple[str | int, ...]

#: Links back up: they lead to nothing that is not reached from above.
BACKWARD: Final = "/Parent"
#: Council papers have a few thousand objects; a file beyond these limits is refused.
MOST_OBJECTS: Final = 300_000
MOST_STEPS: Final = 200_000


def map_usages(old: HistoricalResolver, changed: set[Reference]) -> None:
    """Give `old` the paths to the `changed` objects, before pyHanko maps all of them.

    Pages and the catalogue are left out: the rules approve them whole or not at all.

    Raises:
        SuspiciousModification: there are more objects or paths than any honest file has.
    """
    # Private, and one reason why pyHanko is pinned to its minor release (D15).
    if old._indirect_object_access_cache is None:  # noqa: SLF001 see the module's text
        paths = _Map(old, changed).paths()
        old._indirect_object_access_cache = {  # noqa: SLF001 as above
            where: {RawPdfPath(*path) for path in found} for where, found in paths.items()
        }


@dataclass
class _Map:
    """The graph of a revision, as far as it leads to the objects in question."""

    document: HistoricalResolver
    changed: set[Reference]
    pages: dict[Reference, Path] = field(default_factory=dict)
    structure: set[Reference] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._read_pages()
        self._read_structure()
        self.changed = self.changed - set(self.pages) - {self.document.root_ref}

    def _read_pages(self) -> None:
        """Note the one path to each node of the page tree: no other one is followed."""
        waiting: list[tuple[PdfThing, Path]] = [
            (self.document.root.raw_get("/Pages"), ("/Root", "/Pages"))
        ]
        while waiting:
            node, path = waiting.pop()
            where = reference(node)
            if where is None or where in self.pages:
                raise SuspiciousModification("page tree of direct objects, or going in circles")
            self.pages[where] = path
            for number, kid in enumerate(entry(resolved(node), "/Kids", ())):
                waiting.append((kid, (*path, "/Kids", number)))

    def _read_structure(self) -> None:
        """Note the elements of the structure tree: they are entered from above only."""
        waiting = [entry(self.document.root, "/StructTreeRoot")]
        while waiting:
            children = entry(waiting.pop(), "/K", ())
            if not isinstance(children, generic.ArrayObject):
                children = (children,)
            for child in children:
                where, element = reference(child), resolved(child)
                if entry(element, "/Type", "/StructElem") != "/StructElem":
                    continue
                if where is not None and where in self.structure:
                    raise SuspiciousModification("structure tree going in circles")
                if where is not None:
                    self.structure.add(where)
                if isinstance(element, generic.DictionaryObject):
                    waiting.append(element)

    def paths(self) -> dict[Reference, set[Path]]:
        """Return all paths from the trailer to each changed object."""
        if not self.changed:
            return {}
        leading = self._leading()
        found: defaultdict[Reference, set[Path]] = defaultdict(set)
        waiting: list[tuple[PdfThing, Path, frozenset[Reference], bool]] = [
            (self.document.trailer_view, (), frozenset(), False)
        ]
        for _ in range(MOST_STEPS):
            if not waiting:
                return found
            thing, path, above, in_structure = waiting.pop()
            where = reference(thing)
            if where is not None:
                if where in above:
                    continue
                if where in self.changed:
                    found[where].add(path)
                if where not in leading or self.pages.get(where, path) != path:
                    continue
                if where in self.structure and not in_structure:
                    continue
                above = above | {where}
                thing = self.document(where)
            for key, value in _contents(thing):
                below = in_structure or ((*path, key) == ("/Root", "/StructTreeRoot", "/K"))
                waiting.append((value, (*path, key), above, below))
        raise SuspiciousModification("more paths to the changed objects than an honest file has")

    def _leading(self) -> set[Reference]:
        """Return the objects from which a changed one can be reached."""
        above: defaultdict[Reference, set[Reference]] = defaultdict(set)
        waiting = [where for where, _ in _references(self.document.trailer_view)]
        seen = set(waiting)
        while waiting:
            parent = waiting.pop()
            for child, is_kid in _references(self.document(parent)):
                if child not in self.pages or (is_kid and parent in self.pages):
                    above[child].add(parent)
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
            if len(seen) > MOST_OBJECTS:
                raise SuspiciousModification("more objects than an honest file has")
        leading: set[Reference] = set()
        todo = list(self.changed)
        while todo:
            new = above[todo.pop()] - leading
            leading |= new
            todo.extend(new)
        return leading


def _contents(thing: PdfThing) -> Iterator[tuple[str | int, PdfThing]]:
    if isinstance(thing, generic.DictionaryObject):
        yield from ((key, value) for key, value in thing.items() if key != BACKWARD)
    elif isinstance(thing, generic.ArrayObject):
        yield from enumerate(thing)


def _references(thing: PdfThing) -> Iterator[tuple[Reference, bool]]:
    """Return each reference in an object; the flag says that it stands under /Kids."""
    waiting: list[tuple[PdfThing, bool]] = [(thing, False)]
    while waiting:
        inner, is_kid = waiting.pop()
        for key, value in _contents(inner):
            if isinstance(value, generic.IndirectObject):
                yield value.reference, is_kid or key == "/Kids"
            else:
                waiting.append((value, is_kid or key == "/Kids"))
