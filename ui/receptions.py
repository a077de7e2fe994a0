"""What a reception and a dossier say of themselves: how much is here, what comes, what waits."""

from __future__ import annotations

import math
from typing import Final

from boardpack.messages import _, ngettext
from boardpack.services.holding import Holding
from boardpack.services.read_models import SittingRow
from boardpack.services.sync_state import SyncState
from ui import formats

_MINUTE: Final = 60


def left(seconds: int) -> str:
    """Return « encore environ 3 minutes », in steps that can be believed."""
    if seconds < _MINUTE:
        return _("less than a minute left")
    minutes = math.ceil(seconds / _MINUTE)
    words = ngettext("about {number} minute left", "about {number} minutes left", minutes)
    return words.format(number=minutes)


def progress(state: SyncState) -> str:
    """Return how far the reception under way is, with what earlier versions saved."""
    done = state.documents - state.documents_left
    words = ngettext(
        "{received} of {whole} received, {done} document of {count}.",
        "{received} of {whole} received, {done} documents of {count}.",
        done,
    )
    parts = [
        words.format(
            received=formats.size(state.received),
            whole=formats.size(state.to_receive),
            done=done,
            count=state.documents,
        )
    ]
    if state.saved:
        saved = _("{size} saved: taken from earlier versions.")
        parts.append(saved.format(size=formats.size(state.saved)))
    if state.seconds_left is not None:
        text = left(state.seconds_left)
        parts.append(f"{text[:1].upper()}{text[1:]}.")
    return " ".join(parts)


def held(state: SyncState) -> str:
    """Return what is held back and why; empty when nothing is."""
    if state.holding is Holding.PAUSED:
        words = _("Reception is paused. What you write is sent, and what you open comes.")
    elif state.holding is Holding.METERED and state.held_documents:
        words = _("This network is limited: large documents wait for another one.")
    else:
        return ""
    if not state.held_documents:
        return words
    waiting = ngettext(
        "{count} document waits, {size}.", "{count} documents wait, {size}.", state.held_documents
    )
    size = formats.size(state.held_bytes)
    return f"{words} {waiting.format(count=state.held_documents, size=size)}"


def to_come(row: SittingRow) -> str:
    """Return « 12 documents sur 80, 34 Mo à venir »."""
    words = ngettext(
        "{here} document of {number}, {size} to come",
        "{here} documents of {number}, {size} to come",
        row.documents_here,
    )
    size = formats.size(row.missing_bytes)
    return words.format(here=row.documents_here, number=row.documents, size=size)


def reason(holding: Holding) -> str:
    """Return why a dossier does not come by itself, in two or three words."""
    match holding:
        case Holding.PAUSED:
            return _("Paused")
        case Holding.METERED:
            return _("Waiting for an unlimited network")
        case Holding.NOTHING:
            return ""
