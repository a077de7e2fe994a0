"""How the person likes to read, for as long as the program runs: the next document begins so."""

from __future__ import annotations

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


def habits(navigator: Navigator) -> Habits:
    """Return the habits of the person who moves by `navigator`."""
    return navigator.findChild(Habits) or Habits(navigator)
