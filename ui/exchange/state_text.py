"""The quiet line: one short sentence that is true, and the icon beside it."""

from __future__ import annotations

from dataclasses import dataclass

from boardpack.messages import _, ngettext
from boardpack.services.read_models import SyncMode, SyncState
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


def to_receive(state: SyncState) -> str:
    """Return « 42 Mo à recevoir »."""
    left = max(0, state.to_receive - state.received)
    return _("{size} to receive").format(size=formats.size(left))


def _both(first: str, state: SyncState) -> str:
    if not state.waiting:
        return first
    return _("{first}, {second}").format(first=first, second=waiting(state.waiting))


def line(state: SyncState) -> Line:
    """Return what the line says about `state`, most pressing first."""
    if state.mode is SyncMode.STOPPED:
        return Line(_("exchanges stopped"), "alert-circle-outline", "danger")
    if state.rejected:
        return Line(rejected(state.rejected), "alert-outline", "warning")
    if state.mode is SyncMode.OFFLINE:
        return Line(_both(_("offline"), state), "cloud-off-outline")
    if state.mode is SyncMode.WORKING and state.to_receive > state.received:
        return Line(to_receive(state), "cloud-download-outline")
    if state.mode is SyncMode.WORKING:
        return Line(_both(_("exchanging"), state), "cloud-sync-outline")
    return _idle(state)


def _idle(state: SyncState) -> Line:
    if state.waiting:
        return Line(waiting(state.waiting), "cloud-upload-outline")
    if state.to_receive > state.received:
        return Line(to_receive(state), "cloud-download-outline")
    if state.last_contact is None:
        return Line(_("nothing received yet"), "cloud-outline")
    when = formats.ago(state.last_contact)
    return Line(_("up to date {when}").format(when=when), "cloud-check-outline")
