"""Search results as rows, grouped by sitting."""

from __future__ import annotations

from dataclasses import dataclass

from boardpack.messages import _, ngettext
from boardpack.services.read_models import SearchHit, SearchResult
from ui import formats
from ui.home.home_rows import joined
from ui.models.rows import Chip, Row
from ui.navigation import DocumentRoute, Route, SittingRoute


@dataclass(frozen=True)
class Group:
    """The hits of one sitting, in the order in which they were found."""

    sitting_id: str
    heading: str
    rows: tuple[Row, ...]


def _route(hit: SearchHit) -> Route:
    account = hit.assembly.account
    if not hit.document_id:
        return SittingRoute(hit.sitting_id, account)
    page = hit.page if hit.page >= 0 else None
    sha256 = None if hit.is_current else hit.sha256
    return DocumentRoute(hit.document_id, sha256, page, account=account)


def hit_row(hit: SearchHit) -> Row:
    """Return the row of one page or title."""
    item = _("item {number}").format(number=hit.item_number) if hit.item_number else ""
    page = _("page {page}").format(page=hit.page + 1) if hit.page >= 0 else _("in the title")
    detail = joined(item, page)
    old = () if hit.is_current else (Chip(_("Older version"), "warning"),)
    return Row(
        key=_route(hit),
        title=hit.document_title or hit.sitting_title,
        detail=detail[:1].upper() + detail[1:],
        icon="file-document-outline" if hit.document_id else "calendar-outline",
        chips=old,
        trail="chevron-right",
        quote=hit.snippet if hit.page >= 0 else "",
    )


def groups(result: SearchResult) -> tuple[Group, ...]:
    """Return the hits by sitting, the sitting with the best hit first."""
    found: dict[tuple[str, str], list[SearchHit]] = {}
    for hit in result.hits:
        found.setdefault((hit.assembly.account, hit.sitting_id), []).append(hit)
    return tuple(
        Group(
            sitting_id,
            joined(
                hits[0].assembly.short_name,
                hits[0].sitting_title,
                formats.day(hits[0].sitting_starts_at),
            ),
            tuple(hit_row(hit) for hit in hits),
        )
        for (_account, sitting_id), hits in found.items()
    )


def remarks(result: SearchResult) -> str:
    """Return what the person must know about what was not searched."""
    parts: list[str] = []
    if result.more:
        parts.append(_("Only the best results are shown: add a word to narrow the search."))
    if result.unindexed:
        words = ngettext(
            "{count} document is not searched yet: it is being read.",
            "{count} documents are not searched yet: they are being read.",
            result.unindexed,
        )
        parts.append(words.format(count=result.unindexed))
    if result.scans:
        words = ngettext(
            "{count} document is a scan whose text is not recognised.",
            "{count} documents are scans whose text is not recognised.",
            result.scans,
        )
        parts.append(words.format(count=result.scans))
    return " ".join(parts)
