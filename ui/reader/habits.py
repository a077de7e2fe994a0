"""How the person likes to read, for as long as the program runs: the next document begins so."""

from __future__ import annotations

import gc
from functools import cache

from PySide6.QtCore import QObject

from ui.navigation import Navigator
from ui.reader.toolbox import Options


class Habits(QObject):
    """One for each navigator."""

    def __init__(self, parent: QObject) -> None:
        """Begin as a new person does."""
        super().__init__(parent)
        self.options = Options()
        self.dark = False


@cache
def spare_the_collector() -> None:
    """Let Python's garbage collector leave alone what lives as long as the window.

    A full collection over the program's 200 000 objects stopped the window for 70 to 190 ms
    (measured); over what was made since, for a few.
    """
    gc.freeze()


def habits(navigator: Navigator) -> Habits:
    """Return the habits of the person who moves by `navigator`."""
    found = navigator.findChild(Habits)
    if found is None:
        spare_the_collector()
        found = Habits(navigator)
    return found
