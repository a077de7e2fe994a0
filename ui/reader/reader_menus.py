"""What « Plus » and the zoom button of the reader offer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from boardpack.messages import _
from ui.reader.layout import ACTUAL_SIZE, Fit
from ui.reader.menus import SEPARATOR, Entry, version_entries
from ui.reader.page_view import PageView
from ui.reader.parts import ReaderParts


class Deeds(Protocol):
    """What `ui.reader.actions` does; it makes these menus, so it is not imported here."""

    @property
    def text_mode(self) -> bool:
        """Whether the text is shown instead of the pages."""

    def larger(self) -> None:
        """Zoom in."""

    def smaller(self) -> None:
        """Zoom out."""

    def ask_page(self) -> None:
        """Ask for a page to go to."""

    def set_dark(self, *, dark: bool) -> None:
        """Show dark pages."""

    def show_text(self, *, on: bool) -> None:
        """Show the text of the page."""

    def export(self) -> None:
        """Ask where to save a copy."""


_PERCENTS = (50, 75, 100, 150, 200, 400)


def zoom_entries(view: PageView) -> tuple[Entry, ...]:
    """Return the two ways to fit, and sizes on paper."""
    return (
        Entry(
            _("Whole width"),
            partial(view.set_fit, Fit.WIDTH),
            "arrow-expand-horizontal",
            "Ctrl+1",
            checked=view.fit is Fit.WIDTH,
        ),
        Entry(
            _("Whole page"),
            partial(view.set_fit, Fit.PAGE),
            "fit-to-page-outline",
            "Ctrl+2",
            checked=view.fit is Fit.PAGE,
        ),
        SEPARATOR,
        *(
            Entry(
                _("{percent} %").format(percent=percent),
                partial(view.set_zoom, percent / 100 * ACTUAL_SIZE),
            )
            for percent in _PERCENTS
        ),
    )


def more_entries(
    actions: Deeds, parts: ReaderParts, open_version: Callable[[str], Any]
) -> tuple[Entry, ...]:
    """Return what is not used at each page."""
    document = parts.opening.document
    versions = parts.opening.versions()
    shown = document.sha256 if document else ""
    older = Entry(
        _("Versions"), actions.ask_page, below=version_entries(versions, shown, open_version)
    )
    return (
        Entry(_("Larger"), actions.larger, "magnify-plus-outline", "Ctrl++"),
        Entry(_("Smaller"), actions.smaller, "magnify-minus-outline", "Ctrl+-"),
        Entry(_("Zoom"), actions.ask_page, below=zoom_entries(parts.view)),
        Entry(_("Go to a page…"), actions.ask_page, "format-list-numbered", "Ctrl+G"),
        SEPARATOR,
        Entry(
            _("Dark pages"),
            partial(actions.set_dark, dark=not parts.habits.dark),
            "theme-light-dark",
            checked=parts.habits.dark,
        ),
        Entry(
            _("Text of the page"),
            partial(actions.show_text, on=not actions.text_mode),
            "text-box-outline",
            "Ctrl+T",
            checked=actions.text_mode,
        ),
        SEPARATOR,
        *((older,) if len(versions) > 1 else ()),
        Entry(_("Save a copy…"), actions.export, "tray-arrow-down", "Ctrl+S"),
    )
