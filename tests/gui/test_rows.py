"""Rows: the model keeps Qt's rules, says everything aloud, and redraws only what changed."""

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.models.rows import Badge, Chip, Row, RowModel, RowRole
from ui.theme import Appearance, install, look
from ui.widgets.flow_list import FlowList
from ui.widgets.row_shape import Measurer, marked, wrap

ROWS = (
    Row("a", "Conseil municipal", "mardi à 18 h", Badge("CM", 0), "24", "nov."),
    Row("b", "Budget primitif 2027", lead="7", chips=(Chip("Modifié", "warning"), Chip("2 notes"))),
    Row(None, "Questions diverses", "sans document", lead="12"),
    Row("c", "Annexe 1", icon="paperclip", indent=1, trail="check", spoken="lu"),
)


def test_model_keeps_the_rules_of_qt(qtmodeltester: Any) -> None:
    model = RowModel()
    qtmodeltester.check(model)
    model.set_rows(ROWS)
    qtmodeltester.check(model)


def test_row_says_everything_it_shows() -> None:
    said = ROWS[1].whole_text
    assert all(part in said for part in ("7", "Budget primitif 2027", "Modifié", "2 notes"))
    assert ROWS[3].whole_text.endswith("lu")


def test_row_that_stands_for_nothing_cannot_be_chosen() -> None:
    model = RowModel()
    model.set_rows(ROWS)
    assert not model.flags(model.index(2)) & Qt.ItemFlag.ItemIsSelectable
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsSelectable


def test_same_things_are_changed_in_place(qtbot: QtBot) -> None:
    model = RowModel()
    model.set_rows(ROWS)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    model.modelReset.connect(lambda: pytest.fail("the list was thrown away"))
    model.set_rows((ROWS[0], Row("b", "Budget primitif 2028", lead="7"), *ROWS[2:]))
    assert changed == [1]
    assert model.data(model.index(1)) == "Budget primitif 2028"


def test_other_things_replace_the_list() -> None:
    model = RowModel()
    model.set_rows(ROWS)
    model.set_rows(ROWS[:2])
    assert model.rowCount() == 2
    assert model.data(model.index(5)) is None
    assert model.data(QModelIndex(), RowRole.ROW) is None


def test_marks_of_a_quote_become_spans(application: QApplication) -> None:
    ground, ink = look().colour("selection"), look().colour("text")
    text, spans = marked("le \u2068montant\u2069 du \u2068marché\u2069.", ground, ink)
    assert text == "le montant du marché."
    assert [text[span.start : span.start + span.length] for span in spans] == ["montant", "marché"]


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(min_size=1, max_size=120),
    detail=st.text(max_size=120),
    width=st.integers(200, 1200),
    chips=st.lists(st.text(min_size=1, max_size=12), max_size=4),
)
def test_no_part_of_a_row_leaves_it(title: str, detail: str, width: int, chips: list[str]) -> None:
    row = Row("x", title, detail, Badge("CM", 1), "24", "nov.", chips=tuple(map(Chip, chips)))
    measurer = Measurer(look(), 36)
    shape = measurer.shape(row, width)
    assert shape.height == measurer.height(row, width)
    assert shape.height >= look().metrics.touch
    for text in shape.texts:
        assert text.y >= 0
        assert text.y + text.height <= shape.height
        assert text.height == wrap(text.text, text.font, text.width, text.spans)[1]
    for chip in shape.chips:
        assert chip.box.left() >= 0
        assert chip.box.bottom() < shape.height


@pytest.fixture(autouse=True)
def with_look(application: QApplication) -> None:
    """Measures need fonts and colours."""


def test_list_is_as_high_as_its_rows_at_any_text_size(qtbot: QtBot, qapp: QApplication) -> None:
    rows = FlowList("Liste")
    qtbot.addWidget(rows)
    rows.resize(400, 100)
    rows.set_rows(ROWS)
    rows.show()
    small = rows.height()
    install(qapp, Appearance(text_scale=2.0))
    qtbot.waitUntil(lambda: rows.height() > small)
    last = rows.visualRect(rows.model().index(len(ROWS) - 1, 0))
    qtbot.waitUntil(
        lambda: rows.visualRect(rows.model().index(len(ROWS) - 1, 0)).bottom() < rows.height()
    )
    assert last.isValid()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter])
def test_keyboard_chooses_the_current_row(qtbot: QtBot, key: Qt.Key) -> None:
    rows = FlowList("Liste")
    qtbot.addWidget(rows)
    rows.set_rows(ROWS)
    rows.show()
    chosen: list[object] = []
    rows.chosen.connect(chosen.append)
    rows.setCurrentIndex(rows.model().index(0, 0))
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, key)
    assert chosen == ["b"]


def test_click_chooses_a_row_and_only_rows_that_stand_for_something(qtbot: QtBot) -> None:
    rows = FlowList("Liste")
    qtbot.addWidget(rows)
    rows.resize(500, 400)
    rows.set_rows(ROWS)
    rows.show()
    chosen: list[object] = []
    rows.chosen.connect(chosen.append)

    def click(row: int) -> None:
        place = rows.visualRect(rows.model().index(row, 0)).center()
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)

    click(2)
    assert not chosen
    click(3)
    assert chosen == ["c"]
