"""The look of the window: theme, text size, touch or mouse; the style sheet made from them.

The one `Look` of a window is a child of the `QApplication`, like its palette and its font; widgets
get at it by `look()`. What each key means stands in `resources/themes/README.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from string import Template
from typing import Any, Final

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QInputDevice, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget
from shiboken6 import isValid

from boardpack import paths
from boardpack.services.preferences import Layout, Preferences, Theme
from ui.measures import load, metrics_of, names_of
from ui.staged import InTurns

ASSEMBLY_COLOURS: Final = 8


@dataclass(frozen=True)
class Appearance:
    """What the person chose. `text_scale` 1.0–2.0; `touch`: 48-px targets instead of 36."""

    theme: Theme = Theme.SYSTEM
    text_scale: float = 1.0
    touch: bool = False


def has_touch_screen() -> bool:
    """Tell whether a finger can be used on this computer."""
    kind = QInputDevice.DeviceType.TouchScreen
    return any(device.type() is kind for device in QInputDevice.devices())


def appearance_of(preferences: Preferences) -> Appearance:
    """Return the appearance that `preferences` ask for on this computer."""
    touch = preferences.layout is Layout.TOUCH or (
        preferences.layout is Layout.SYSTEM and has_touch_screen()
    )
    return Appearance(preferences.theme, preferences.text_scale / 100, touch)


def _pressing(part: QWidget) -> tuple[bool, int]:
    """Order parts: those that are seen first, the largest of them before the others."""
    return not part.isVisible(), -len(part.findChildren(QWidget))


class Look(QObject):
    """Theme and measures in force. `changed` comes after what is seen got its style sheet."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._raw = load("metrics.toml")
        self.appearance = Appearance()
        self.metrics = metrics_of(self._raw, 1.0, touch=False)
        self.sheet = ""
        self._parts: list[QWidget] = []
        self._later: InTurns | None = None
        self._shown: tuple[Theme, float, bool] | None = None
        self._theme: dict[str, Any] = {}
        self._colours: dict[str, str] = {}
        QDir.addSearchPath("boardpack", str(paths.resource("icons")))
        for font in sorted(paths.resource("fonts").glob("*.otf")):
            QFontDatabase.addApplicationFont(str(font))
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return bool(self._theme["dark"])

    @property
    def name(self) -> Theme:
        """The theme that is shown: never SYSTEM."""
        return Theme(self._theme["name"])

    def colour(self, name: str) -> QColor:
        """Return the colour called `name` in the theme files."""
        return QColor(self._colours[name])

    def assembly(self, index: int) -> QColor:
        """Return the colour of an assembly; show it beside the assembly's short name only."""
        return self.colour(f"assembly_{index % ASSEMBLY_COLOURS + 1}")

    def font(self, level: str = "body", *, strong: bool = False) -> QFont:
        """Return the font of `level` (small, body, title) for what is painted by hand."""
        font = QFont(self._application.font())
        font.setPixelSize(getattr(self.metrics, level))
        if strong or level == "title":
            font.setWeight(QFont.Weight(self.metrics.strong))
        return font

    def apply(self, appearance: Appearance) -> None:
        """Show `appearance` from now on, in every window."""
        self.appearance = appearance
        chosen = self._chosen()
        wanted = (chosen, appearance.text_scale, appearance.touch)
        if wanted == self._shown:
            return
        self._shown = wanted
        self.metrics = metrics_of(self._raw, appearance.text_scale, touch=appearance.touch)
        self._theme = load(f"{chosen}.toml")
        names = names_of(self._theme, self._raw, self.metrics, touch=appearance.touch)
        self._colours = {key: value for key, value in names.items() if value.startswith("#")}
        font = QFont([self._raw["font"]["family"], *self._raw["font"]["fallback"]])
        font.setPixelSize(self.metrics.body)
        self._application.setFont(font)
        self._application.setPalette(self._palette())
        template = paths.resource("themes", "app.qss.template").read_text(encoding="utf-8")
        self.sheet = Template(template).substitute(names)
        self._dress_again()

    def dress(self, part: QWidget) -> None:
        """Have `part` of a window, and all that is in it, follow the look from now on.

        Every screen, rail and dialog is such a part. A sheet of the whole application would be
        simpler, but Qt goes through all widgets once for each of their ancestors when it changes:
        a third of a second in which nothing moves.
        """
        self._parts = [each for each in self._parts if isValid(each)]
        self._parts.append(part)
        part.setStyleSheet(self.sheet)

    def _dress_again(self) -> None:
        """Dress the largest part that is seen at once, the others one a turn of the event loop."""
        if self._later is not None:
            self._later.stop()
            self._later.deleteLater()
            self._later = None
        parts = sorted((each for each in self._parts if isValid(each)), key=_pressing)
        if not parts:
            self.changed.emit()
            return
        parts[0].setStyleSheet(self.sheet)
        others = [partial(self._dress_one, part) for part in parts[1:]]
        # Parts measure themselves when the look changed: the others first did in their old dress.
        self._later = InTurns([self.changed.emit, *others, self.changed.emit], self)

    def _dress_one(self, part: QWidget) -> None:
        if isValid(part):
            part.setStyleSheet(self.sheet)

    def _chosen(self) -> Theme:
        if self.appearance.theme is not Theme.SYSTEM:
            return self.appearance.theme
        hints = self._application.styleHints()
        accessibility = hints.accessibility()
        if accessibility.contrastPreference() is Qt.ContrastPreference.HighContrast:
            return Theme.CONTRAST
        dark = hints.colorScheme() is Qt.ColorScheme.Dark
        return Theme.DARK if dark else Theme.LIGHT

    def _palette(self) -> QPalette:
        role = QPalette.ColorRole
        palette = QPalette(self.colour("surface"), self.colour("background"))
        for group, text in (
            (QPalette.ColorGroup.All, "text"),
            (QPalette.ColorGroup.Disabled, "text_disabled"),
        ):
            for each in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText):
                palette.setColor(group, each, self.colour(text))
        for each, name in (
            (role.Base, "surface"),
            (role.AlternateBase, "surface"),
            (role.ToolTipBase, "surface"),
            (role.Highlight, "selection"),
            (role.HighlightedText, "text"),
            (role.PlaceholderText, "text_secondary"),
            (role.Link, "accent"),
            (role.LinkVisited, "accent"),
            (role.Accent, "accent"),
        ):
            palette.setColor(each, self.colour(name))
        return palette

    def _system_changed(self) -> None:
        if self.appearance.theme is Theme.SYSTEM:
            self.apply(self.appearance)


def install(application: QApplication, appearance: Appearance | None = None) -> Look:
    """Give `application` its look; return it."""
    made = application.findChild(Look) or Look(application)
    made.apply(appearance or Appearance())
    return made


def look() -> Look:
    """Return the look of the running application.

    Raises:
        RuntimeError: `install` was not called.
    """
    application = QApplication.instance()
    found = application.findChild(Look) if application else None
    if found is None:
        raise RuntimeError("ui.theme.install was not called")
    return found
