"""The look of the window: theme, text size, touch or mouse; the style sheet made from them.

The one `Look` of a window is a child of the `QApplication`, like its palette and its font; widgets
get at it by `look()`. What each key means stands in `resources/themes/README.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any, Final

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QInputDevice, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from boardpack import paths
from boardpack.services.preferences import Layout, Preferences, Theme

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


@dataclass(frozen=True)
class Metrics:
    """Lengths in logical pixels, text scale applied.

    Attributes:
        touch: least height of anything that is pressed.
        mark: side of an icon in a button or row; `rail_mark` in the rail.
        half, one, two, three, four: the spaces of the 8-px grid.
    """

    scale: float
    small: int
    body: int
    title: int
    strong: int
    touch: int
    mark: int
    rail_mark: int
    half: int
    one: int
    two: int
    three: int
    four: int
    radius: int
    focus: int


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(paths.resource("themes", name).read_text(encoding="utf-8"))


def _metrics(raw: Mapping[str, Any], appearance: Appearance) -> Metrics:
    scale = appearance.text_scale
    body = round(raw["size"]["body"] * scale)
    least = raw["touch"]["touch" if appearance.touch else "mouse"]
    space = raw["space"]
    return Metrics(
        scale=scale,
        small=round(raw["size"]["small"] * scale),
        body=body,
        title=round(raw["size"]["title"] * scale),
        strong=raw["weight"]["strong"],
        touch=max(least, round(1.75 * body)),
        mark=round(20 * scale),
        rail_mark=round(24 * scale),
        half=space["half"],
        one=space["one"],
        two=space["two"],
        three=space["three"],
        four=space["four"],
        radius=raw["radius"]["medium"],
        focus=raw["line"]["focus"],
    )


def _names(
    theme: Mapping[str, Any], raw: Mapping[str, Any], metrics: Metrics, appearance: Appearance
) -> dict[str, str]:
    """Return every name that the style sheet template knows (README, « Names in the template »)."""
    line, space = raw["line"], raw["space"]
    names: dict[str, Any] = {}
    for group in ("colours", "highlights", "inks", "assemblies"):
        names |= theme[group]
    for group in ("weight", "space", "radius", "line"):
        names |= {f"{group}_{key}": value for key, value in raw[group].items()}
    scale = metrics.scale
    bar = 16 if appearance.touch else 12
    rail = 56 if appearance.touch else 48
    names |= {
        "size_small": metrics.small,
        "size_body": metrics.body,
        "size_title": metrics.title,
        "touch": metrics.touch,
        "inner": metrics.touch - 2 * line["focus"],
        "core": metrics.touch - 2 * line["ring"],
        "edge": line["ring"] - line["separator"],
        "field": space["one"] + space["half"],
        "mark": metrics.mark,
        "mark_half": metrics.mark // 2,
        "mark_round": metrics.mark // 2 + line["focus"],
        "chip": round(1.4 * metrics.small),
        "bar": bar,
        "bar_round": bar // 2 - 3,
        "rail": round(rail * max(1, 0.8 * scale)),
        "rail_wide": round(80 * scale),
        "theme": theme["name"],
        "font": ", ".join(
            f'"{name}"' for name in (raw["font"]["family"], *raw["font"]["fallback"])
        ),
    }
    return {key: str(value) for key, value in names.items()}


class Look(QObject):
    """Theme and measures in force. `changed` comes after the style sheet was set."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._raw = _load("metrics.toml")
        self.appearance = Appearance()
        self.metrics = _metrics(self._raw, self.appearance)
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
        self.metrics = _metrics(self._raw, appearance)
        self._theme = _load(f"{chosen}.toml")
        names = _names(self._theme, self._raw, self.metrics, appearance)
        self._colours = {key: value for key, value in names.items() if value.startswith("#")}
        font = QFont([self._raw["font"]["family"], *self._raw["font"]["fallback"]])
        font.setPixelSize(self.metrics.body)
        self._application.setFont(font)
        self._application.setPalette(self._palette())
        template = paths.resource("themes", "app.qss.template").read_text(encoding="utf-8")
        self._application.setStyleSheet(Template(template).substitute(names))
        self.changed.emit()

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
