"""The quiet line: one short sentence that is true, and the icon beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from boardpack.messages import _, ngettext
from boardpack.services.holding import Holding
from boardpack.services.sync_state import SyncMode, SyncState
from ui import formats


@dataclass(frozen=True)
class Line:
    """What the line says; `colour` is a name of the theme."""

    text: str
    icon: str
    colour: str = "text_secondary"


def waiting(count: int) -> str:
    """Return « 2 actions en attente »."""
    return ngettext("{count} action waiting", "{count} actions waiting", count).format(count=count)


def rejected(count: int) -> str:
    """Return « 1 action refusée »."""
    return ngettext("{count} action refused", "{count} actions refused", count).format(count=count)


def doubts(count: int) -> str:
    """Return « 1 point à vérifier »."""
    return ngettext("{count} point to check", "{count} points to check", count).format(count=count)


def to_receive(state: SyncState) -> str:
    """Return « 42 Mo à recevoir »."""
    left = max(0, state.to_receive - state.received)
    return _("{size} to receive").format(size=formats.size(left))


def closing(days: int) -> str:
    """Return « dossiers fermés dans 3 jours »: the server was not reached for long."""
    if not days:
        return _("dossiers closed: connect")
    words = ngettext("dossiers close in {count} day", "dossiers close in {count} days", days)
    return words.format(count=days)


def _both(first: str, state: SyncState) -> str:
    if not state.waiting:
        return first
    return _("{first}, {second}").format(first=first, second=waiting(state.waiting))


def line(state: SyncState) -> Line:
    """Return what the line says about `state`, most pressing first."""
    pressing = _pressing(state)
    if pressing is not None:
        return pressing
    if state.mode is SyncMode.WORKING:
        return _working(state)
    if state.closing is not None:
        return Line(closing(state.closing), "lock-clock", "warning")
    if state.mode is SyncMode.OFFLINE:
        paused = state.holding is Holding.PAUSED
        first = _("offline, reception paused") if paused else _("offline")
        return Line(_both(first, state), "cloud-off-outline")
    return _idle(state)


def _pressing(state: SyncState) -> Line | None:
    """Return what the person must know before anything else."""
    if state.mode is SyncMode.STOPPED:
        return Line(_("exchanges stopped"), "alert-circle-outline", "danger")
    if state.rejected:
        return Line(rejected(state.rejected), "alert-outline", "warning")
    if state.doubts:
        return Line(doubts(state.doubts), "shield-alert-outline", "warning")
    return None


def _working(state: SyncState) -> Line:
    if state.to_receive > state.received:
        return Line(to_receive(state), "cloud-download-outline")
    if state.holding is Holding.PAUSED:
        # It does not change its words for a moment each minute.
        return _paused(state)
    return Line(_both(_("exchanging"), state), "cloud-sync-outline")


def _paused(state: SyncState) -> Line:
    return Line(_both(_("reception paused"), state), "pause-circle-outline", "warning")


def _idle(state: SyncState) -> Line:
    if state.holding is Holding.PAUSED:
        return _paused(state)
    if state.waiting:
        return Line(waiting(state.waiting), "cloud-upload-outline")
    if state.to_receive > state.received:
        return Line(to_receive(state), "cloud-download-outline")
    if state.holding is Holding.METERED and state.held_documents:
        size = formats.size(state.held_bytes)
        return Line(_("{size} for another network").format(size=size), "cloud-clock-outline")
    if state.last_contact is None:
        return Line(_("nothing received yet"), "cloud-outline")
    when = formats.ago(state.last_contact)
    return Line(_("up to date {when}").format(when=when), "cloud-check-outline")


#: The most pressing first; what has another colour comes after.
_PRESSING = ("danger", "warning")


def _rank(state: SyncState) -> tuple[int, int, float]:
    colour = line(state).colour
    pressing = _PRESSING.index(colour) if colour in _PRESSING else len(_PRESSING)
    calm = (SyncMode.OFFLINE, SyncMode.WORKING, SyncMode.IDLE, SyncMode.STOPPED).index(state.mode)
    return pressing, calm, state.last_contact.timestamp() if state.last_contact else 0


def combined(states: Mapping[str, SyncState], closed: Sequence[str]) -> Line | None:
    """Return one line over several servers: the most pressing, with its server's name.

    Args:
        states: of the open accounts, by server.
        closed: servers whose account did not open.
    """
    if closed:
        text = _("{server} does not open").format(server=", ".join(closed))
        return Line(text, "alert-circle-outline", "danger")
    if not states:
        return None
    server, state = min(states.items(), key=lambda each: _rank(each[1]))
    said = line(state)
    if len(states) == 1 or all(line(each).icon == said.icon for each in states.values()):
        # True of all: « à jour » since the oldest contact.
        return said
    return replace(said, text=_("{server}: {text}").format(server=server, text=said.text))
