"""`boardpack search`: over titles and pages of everything here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from boardpack.cli import texts
from boardpack.cli.finding import sitting_called
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.messages import _, ngettext
from boardpack.services.read_models import SearchHit, SearchResult

#: Isolates that stand around what was found; a terminal shows them as brackets.
_MARKS: Final = str.maketrans({"\u2068": "[", "\u2069": "]"})


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--sitting", help="Only in this sitting.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@unlocking
@common
def command(
    terminal: Terminal,
    *,
    unlock_from: str | None,
    words: tuple[str, ...],
    sitting: str | None,
    limit: int,
) -> None:
    """Find pages that hold all WORDS; accents and case make no difference."""
    with unlocked(terminal, unlock_from, whole=sitting is None) as profile:
        for each in profile.sessions:
            each.searching.index_pending(lambda done, count: terminal.progress(f"{done}/{count}"))
        terminal.progress("")
        query = " ".join(words)
        if sitting is None:
            result = profile.together.search(query, limit=limit)
        else:
            session, sitting_id = sitting_called(profile.sessions, sitting)
            result = session.searching.search(query, limit=limit, sitting_id=sitting_id)
        terminal.show(result, result_lines(result))


def result_lines(result: SearchResult) -> Iterator[str]:
    """Yield what was found, and what could not be searched."""
    for hit in result.hits:
        yield _line(hit)
    if not result.hits:
        yield _("Nothing found.")
    if result.scans:
        scans = ngettext(
            "{number} scanned document could not be searched whole.",
            "{number} scanned documents could not be searched whole.",
            result.scans,
        )
        yield scans.format(number=result.scans)


def _line(hit: SearchHit) -> str:
    page = _("p. {number}").format(number=hit.page + 1) if hit.page >= 0 else ""
    return texts.joined(
        texts.moment(hit.sitting_starts_at),
        hit.assembly.short_name,
        hit.document_title,
        page,
        hit.snippet.translate(_MARKS) if hit.page >= 0 else "",
    )
