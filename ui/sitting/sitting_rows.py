"""The rows of a sitting: one for each document, under the agenda item that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from boardpack.annotation.text import fold
from boardpack.domain.dossier import DocumentKind
from boardpack.messages import _, ngettext
from boardpack.services.read_models import DocumentRow, ItemRow, SittingView
from ui import formats
from ui.home.home_rows import joined
from ui.models.rows import Chip, Row
from ui.navigation import DocumentRoute, SearchRoute

_ICONS = {
    DocumentKind.CONVOCATION: "email-outline",
    DocumentKind.REPORT: "file-document-outline",
    DocumentKind.DRAFT_DELIBERATION: "gavel",
    DocumentKind.ANNEX: "paperclip",
}


def kind_name(kind: str) -> str:
    """Return what a document is, in a word."""
    match kind:
        case DocumentKind.CONVOCATION:
            return _("Convocation")
        case DocumentKind.REPORT:
            return _("Report")
        case DocumentKind.DRAFT_DELIBERATION:
            return _("Draft deliberation")
        case DocumentKind.ANNEX:
            return _("Annex")
        case _:
            return _("Document")


def _length(document: DocumentRow) -> str:
    if not document.is_pdf:
        return formats.size(document.size)
    return formats.pages(document.pages)


def _kind(document: DocumentRow) -> str:
    """Return what a document is, unless its title says so already."""
    name = kind_name(document.kind)
    return "" if fold(document.title).startswith(fold(name)) else name


def _chips(document: DocumentRow) -> tuple[Chip, ...]:
    chips: list[Chip] = []
    if document.modified:
        chips.append(Chip(_("Modified"), "warning"))
    if document.notes:
        words = ngettext("{count} note", "{count} notes", document.notes)
        chips.append(Chip(words.format(count=document.notes)))
    if not document.available:
        size = formats.size(document.size)
        chips.append(Chip(_("{size} to receive").format(size=size)))
    return tuple(chips)


def _state(document: DocumentRow) -> tuple[str, str, str]:
    """Return icon, colour and spoken word of the reading state."""
    if not document.available:
        return "cloud-download-outline", "text_secondary", _("not received yet")
    if document.read and not document.modified:
        return "check", "success", _("read")
    return "circle-medium", "accent", _("not read")


def document_row(document: DocumentRow, *, indent: int = 0) -> Row:
    """Return the row of a document that stands by itself."""
    trail, colour, spoken = _state(document)
    return Row(
        key=DocumentRoute(document.document_id),
        title=document.title,
        detail=joined(_kind(document), _length(document)),
        icon=_ICONS.get(DocumentKind(document.kind), "file-outline"),
        chips=_chips(document),
        trail=trail,
        trail_colour=colour,
        strong=indent == 0 and spoken == _("not read"),
        indent=indent,
        spoken=spoken,
    )


def item_rows(item: ItemRow) -> tuple[Row, ...]:
    """Return the row of an item, which opens its first document, then its other documents."""
    closed = (Chip(_("In camera")),) if item.closed else ()
    reporter = _("Reporter: {name}").format(name=item.reporter) if item.reporter else ""
    if not item.documents:
        detail = joined(reporter, _("no document"))
        head = Row(None, item.title, detail, lead=str(item.number), chips=closed)
        return (head,)
    first, *others = item.documents
    trail, colour, spoken = _state(first)
    head = Row(
        key=DocumentRoute(first.document_id),
        title=item.title,
        detail=joined(kind_name(first.kind), _length(first), reporter),
        lead=str(item.number),
        chips=closed + _chips(first),
        trail=trail,
        trail_colour=colour,
        strong=spoken == _("not read"),
        spoken=spoken,
    )
    return (head, *(document_row(each, indent=1) for each in others))


def _matches(words: list[str], texts: Iterable[str]) -> bool:
    whole = fold(" ".join(texts))
    return all(word in whole for word in words)


def agenda_rows(view: SittingView, wanted: str = "") -> tuple[Row, ...]:
    """Return the convocation, then the agenda; with `wanted`, what has these words in its name."""
    words = fold(wanted).split()
    rows: list[Row] = []
    if view.convocation and _matches(words, [kind_name(DocumentKind.CONVOCATION)]):
        rows.append(document_row(view.convocation))
    for item in view.items:
        names = [document.title for document in item.documents]
        if _matches(words, [str(item.number), item.title, item.reporter, *names]):
            rows += item_rows(item)
    return tuple(rows)


def other_rows(view: SittingView, wanted: str = "") -> tuple[Row, ...]:
    """Return the rows of documents of no item."""
    words = fold(wanted).split()
    return tuple(document_row(each) for each in view.others if _matches(words, [each.title]))


def search_row(wanted: str) -> tuple[Row, ...]:
    """Return the row that leads from names to texts; none when nothing is looked for."""
    if not wanted:
        return ()
    title = _("Search “{words}” inside the documents").format(words=wanted)
    return (Row(SearchRoute(wanted), title, icon="text-search", trail="chevron-right"),)
