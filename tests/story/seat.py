"""One person at the window: real widgets, pressed and typed into as a hand would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from boardpack.bootstrap import open_program
from boardpack.messages import _
from boardpack.services.program import Session
from tests.gui.patience import at_rest, turn, until
from tests.gui.watchdog import Watchdog
from ui.app import prepare
from ui.background import Background, Lane
from ui.language import speak
from ui.models.rows import Row
from ui.reader.reader_view import ReaderView
from ui.reader.toolbox import Tool
from ui.screen import Screen
from ui.shell.shell import Shell
from ui.theme import Look
from ui.widgets.flow_list import FlowList
from ui.window import MainWindow

T = TypeVar("T", bound=QWidget)
LANDSCAPE = QSize(1280, 800)


def application() -> QApplication:
    """Return the one application, prepared as the program does."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["boardpack"])
    if made.findChild(Look) is None:
        prepare(made)
    return made


class Seat:
    """The window on one profile. Leave it with `close`."""

    def __init__(self, profile: Path, pictures: Path | None, language: str = "fr") -> None:
        """Open the window; a new profile shows the first start, another one unlocking."""
        speak(application(), language)
        self.pictures = pictures
        self.background = Background()
        self.program = open_program(profile, in_store=self.background.in_store)
        self.window = MainWindow(self.program, self.background)
        self.window.resize(LANDSCAPE)
        self.window.show()
        self.watchdog = Watchdog()
        self.window.start()
        self.rest()

    def close(self) -> float:
        """Close the window and lock; return its longest own work at a time, in milliseconds."""
        self.watchdog.stop()
        self.window.close()
        self.background.close(self.program.lock)
        self.window.deleteLater()
        turn()
        return self.watchdog.stalls.work

    # --- waiting and looking ---

    def rest(self, *lanes: Lane) -> None:
        """Wait until nothing is under way."""
        at_rest(self.window, self.background, *lanes)

    def wait(self, true: Callable[[], object], what: str) -> None:
        """Wait until something is true."""
        until(lambda: bool(true()), what)

    def picture(self, name: str) -> None:
        """Keep what the window shows, or the dialog over it."""
        self.rest()
        turn(60)
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.window.grab().save(str(self.pictures / f"{name}.png"))
            if self.dialog is not None:
                self.dialog.grab().save(str(self.pictures / f"{name}.dialog.png"))
            # Taking pictures is no work of the window's.
            self.watchdog.forget()

    @property
    def session(self) -> Session:
        """The open session."""
        found = self.program.session
        assert found is not None
        return found

    @property
    def shell(self) -> Shell:
        """The open session's part of the window."""
        assert self.window.shell is not None
        return self.window.shell

    @property
    def front(self) -> Screen:
        """The screen that is shown."""
        self.wait(lambda: self.window.shell and self.window.shell.stack.front, "a screen")
        found = self.shell.stack.front
        assert found is not None
        return found

    def ask(self, operation: Callable[[], object]) -> object:
        """Read something on the store lane, as screens do."""
        return self.background.in_store(operation)

    # --- hands ---

    def _top(self) -> QWidget:
        return QApplication.activeModalWidget() or self.window

    def find(self, kind: type[T], wanted: Callable[[T], bool], what: str) -> T:
        """Return the visible widget that is wanted, in the dialog or else in the window."""

        def found() -> T | None:
            every = self._top().findChildren(kind)
            return next((each for each in every if each.isVisible() and wanted(each)), None)

        self.wait(found, what)
        made = found()
        assert made is not None
        return made

    def press(self, text: str) -> None:
        """Press the button that says `text` (in the language in force)."""
        said = _(text)

        def says(button: QAbstractButton) -> bool:
            return button.isEnabled() and said in {button.text(), button.accessibleName()}

        button = self.find(QAbstractButton, says, f"the button {said}")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        turn(20)

    def type(self, name: str, text: str) -> None:
        """Type into the field of this accessible name."""
        said = _(name)

        def called(line: QLineEdit) -> bool:
            return line.isEnabled() and line.accessibleName() == said

        line = self.find(QLineEdit, called, f"the field {said}")
        line.setFocus()
        line.clear()
        if text.isascii():
            QTest.keyClicks(line, text)
        else:
            # QTest knows the keys of an American keyboard only.
            line.insert(text)

    @property
    def dialog(self) -> QWidget | None:
        """The dialog over the window."""
        return QApplication.activeModalWidget()

    def find_dialog(self, kind: type[T]) -> T:
        """Return the dialog of that kind, once it is open."""
        self.wait(lambda: isinstance(self.dialog, kind), kind.__name__)
        found = self.dialog
        assert isinstance(found, kind)
        return found

    def find_text(self, text: str) -> QLabel:
        """Wait until a label says `text`."""
        return self.find(QLabel, lambda label: label.text() == text, text)

    def choose(self, wanted: Callable[[Row], bool], what: str) -> None:
        """Tap the first row that is wanted, in any list that is shown."""

        def place() -> tuple[FlowList, int] | None:
            for each in self._top().findChildren(FlowList):
                for number, row in enumerate(each.rows if each.isVisible() else ()):
                    if row.key is not None and wanted(row):
                        return each, number
            return None

        self.wait(place, what)
        found = place()
        assert found is not None
        rows, number = found
        rect = rows.visualRect(rows.model().index(number, 0))
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
        turn(20)

    def choose_titled(self, part: str) -> None:
        """Tap the first row whose title holds `part`."""
        self.choose(lambda row: part in row.title, f"a row titled {part}")

    # --- the reader ---

    @property
    def reader(self) -> ReaderView:
        """The reader, once its page is shown."""
        self.wait(lambda: isinstance(self.front, ReaderView), "the reader")
        found = self.front
        assert isinstance(found, ReaderView)
        return found

    def wait_for_page(self) -> ReaderView:
        """Wait until the reader shows its page and knows its words."""
        reader = self.reader
        self.wait(lambda: reader.parts.view.boxes, "the pages")
        self.rest()
        self.wait(lambda: reader.parts.texts.get(reader.parts.view.current), "the words")
        return reader

    def place(self, page: int, x: float, y: float) -> QPoint:
        """Return where a point of a page (as shown, in points) is in the viewport."""
        view = self.reader.parts.view
        placed = view.desk.pages[page]
        corner = view.view_rect().topLeft()
        at = QPointF(placed.x + x * placed.zoom - corner.x(), placed.y + y * placed.zoom)
        return QPoint(round(at.x()), round(at.y() - corner.y()))

    def drag(self, points: list[QPoint]) -> None:
        """Drag the mouse over the page along `points`."""
        viewport = self.reader.parts.view.viewport()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(viewport, point)
            turn()
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=points[-1])
        self.rest()

    def take(self, tool: Tool) -> None:
        """Take a tool of the reader into the hand."""
        QTest.mouseClick(self.reader.parts.bar.button(tool), Qt.MouseButton.LeftButton)
