"""The look: every theme at every text size fills the style sheet; icons follow."""

import pytest
from PySide6.QtGui import QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from boardpack.services.preferences import Layout, Preferences, Theme
from ui.icons import set_icon
from ui.theme import Appearance, appearance_of, install, look
from ui.widgets.buttons import button


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("touch", [False, True])
def test_every_variant_fills_the_style_sheet(
    application: QApplication, theme: Theme, scale: float, *, touch: bool
) -> None:
    shown = install(application, Appearance(theme, scale, touch))
    assert "$" not in shown.sheet
    assert shown.metrics.touch >= (48 if touch else 36)
    assert shown.metrics.body == round(16 * scale)
    assert application.palette().color(QPalette.ColorRole.Window) == shown.colour("background")


def test_our_font_is_the_one_in_use(application: QApplication) -> None:
    assert QFontInfo(application.font()).family() == "Inter"


@pytest.mark.parametrize(("scale", "touch"), [(1.0, True), (2.0, True), (1.0, False)])
def test_buttons_are_as_high_as_a_finger_needs(
    qtbot: QtBot, application: QApplication, scale: float, *, touch: bool
) -> None:
    install(application, Appearance(text_scale=scale, touch=touch))
    made = button("Ouvrir")
    look().dress(made)
    qtbot.addWidget(made)
    made.show()
    assert made.sizeHint().height() >= (48 if touch else 32)


def test_icon_follows_the_theme(qtbot: QtBot, application: QApplication) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    set_icon(label, "check", "text")
    light = label.pixmap().toImage()
    install(application, Appearance(Theme.DARK))
    qtbot.waitUntil(lambda: label.pixmap().toImage() != light)


def test_assembly_colours_go_round(application: QApplication) -> None:
    assert look().assembly(0) == look().assembly(8)
    assert look().assembly(0) != look().assembly(1)


def test_preferences_become_an_appearance() -> None:
    wanted = appearance_of(Preferences(theme=Theme.DARK, text_scale=150, layout=Layout.TOUCH))
    assert wanted == Appearance(Theme.DARK, 1.5, touch=True)
