"""How the command line says what is on this device and what is still to come."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from boardpack.cli import texts
from boardpack.messages import _, ngettext
from boardpack.services.holding import Holding
from boardpack.services.read_models import SittingRow
from boardpack.services.sync_models import SyncReport
from boardpack.services.sync_state import SyncState

_MINUTE: Final = 60


def dossier(row: SittingRow) -> str:
    """Return whether a dossier is complete offline, or what is missing and why."""
    if not row.documents:
        return ""
    if not row.missing_bytes:
        return _("complete offline")
    count = ngettext(
        "{here} document of {number}, {size} to come",
        "{here} documents of {number}, {size} to come",
        row.documents_here,
    ).format(here=row.documents_here, number=row.documents, size=texts.size(row.missing_bytes))
    reason = {
        Holding.PAUSED: _("paused"),
        Holding.METERED: _("waits for an unlimited network"),
        Holding.NOTHING: "",
    }
    return f"{count} ({reason[row.holding]})" if reason[row.holding] else count


def progress(state: SyncState) -> str:
    """Return how far a reception is, on one short line."""
    received = _("{received} of {all} received").format(
        received=texts.size(state.received), all=texts.size(state.to_receive)
    )
    done = state.documents - state.documents_left
    documents = ngettext(
        "{done} document of {number}", "{done} documents of {number}", done
    ).format(done=done, number=state.documents)
    saved = _("{size} saved").format(size=texts.size(state.saved)) if state.saved else ""
    return texts.joined(received, documents, saved, left(state.seconds_left))


def left(seconds: int | None) -> str:
    """Return how long the rest takes, in steps that can be believed; nothing when unknown."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return _("less than a minute left")
    minutes = math.ceil(seconds / _MINUTE)
    words = ngettext("about {number} minute left", "about {number} minutes left", minutes)
    return words.format(number=minutes)


def report(found: SyncReport) -> Iterator[str]:
    """Yield what an exchange spared, and what it left."""
    if found.saved_bytes:
        saved = _("{size} saved: taken from earlier versions")
        yield saved.format(size=texts.size(found.saved_bytes))
    if found.incomplete:
        missing = ngettext(
            "{number} file could not be had this time",
            "{number} files could not be had this time",
            found.incomplete,
        )
        yield missing.format(number=found.incomplete)
    if found.later:
        later = ngettext(
            "{number} file comes at this device’s turn, in {minutes} min",
            "{number} files come at this device’s turn, the first in {minutes} min",
            found.later,
        )
        yield later.format(number=found.later, minutes=math.ceil(found.next_in / _MINUTE))
    yield from held(found.holding, found.held_files, found.held_bytes)


def held(holding: Holding, files: int, size: int) -> Iterator[str]:
    """Yield why files are held back, and what brings them."""
    waiting = ngettext(
        "{number} document waiting, {size}", "{number} documents waiting, {size}", files
    ).format(number=files, size=texts.size(size))
    if holding is Holding.PAUSED:
        yield texts.joined(
            _("Reception is paused; what you write is sent (sync --resume)"),
            waiting if files else "",
        )
    elif holding is Holding.METERED and files:
        yield texts.joined(_("Waiting for an unlimited network, or for sync --all"), waiting)
