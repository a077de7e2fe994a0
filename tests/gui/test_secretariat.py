"""A secretary with a deadline: what is wrong, what to do, send. Real server, store and worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QDate, QDateTime, QMimeData, QPoint, QPointF, Qt, QTime, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack.services.draft_models import Corrections, FileRole, Placing
from tests.gui.conftest import Desk, OpenDesk
from tests.gui.furnished import SECRET as WINDOW_SECRET
from tests.gui.patience import settle, until
from tests.helpers.documents import damaged_pdf, protected_pdf, scan_pdf, text_pdf
from tests.helpers.town import SECRET, Town, exchange, place, publish
from ui.background import Lane
from ui.errors import ErrorPanel
from ui.models.rows import Row
from ui.navigation import SecretariatRoute
from ui.screen import Screen
from ui.secretariat.act_view import ActView
from ui.secretariat.compose_view import ComposeView
from ui.secretariat.correct_dialogs import FileDialog, ItemDialog
from ui.secretariat.drop_zone import DropZone
from ui.secretariat.follow_view import FollowView
from ui.secretariat.overview import Overview
from ui.secretariat.people_list import Which
from ui.secretariat.place_view import PlaceView
from ui.secretariat.rows import Key
from ui.secretariat.secretariat_view import SecretariatView
from ui.secretariat.send_dialog import SendDialog
from ui.secretariat.working import Working
from ui.widgets.confirm import ConfirmDialog
from ui.widgets.flow_list import FlowList

S = TypeVar("S", bound=Screen)
W = TypeVar("W", bound=QWidget)
EVERYTHING = (Lane.STORE, Lane.NETWORK, Lane.RENDER)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, str]]:
    """A town whose agent sent one sitting, which one member read; a deliberation is placed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        folder = tmp_path_factory.mktemp("office")
        with Town(folder) as town:
            program, agent = town.enrol("agent")
            sitting_id = publish(agent, good_folder(folder / "sent"))
            other, member = town.enrol("councillor")
            member.reading.acknowledge(sitting_id)
            exchange(member)
            other.lock()
            place(agent, sitting_id, [act(folder, "2026-001 - Tarifs.pdf")])
            exchange(agent)
            program.change_secret(SECRET, WINDOW_SECRET)
            program.lock()
            yield town, sitting_id


@pytest.fixture
def desk(open_desk: OpenDesk, office: tuple[Town, str], tmp_path: Path) -> Desk:
    """The agent's window, on a copy of the profile."""
    profile = tmp_path / "profile"
    shutil.copytree(office[0].profile("agent"), profile)
    made = open_desk(profile)
    made.unlock()
    return made


def good_folder(folder: Path) -> Path:
    folder.mkdir()
    for name in ("convocation", "01 - Budget", "01.1 - Tableau", "02 - Tarifs de la cantine"):
        (folder / f"{name}.pdf").write_bytes(text_pdf(name, title=name))
    return folder


def act(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(text_pdf("Extrait du registre", name))
    return path


def rest(desk: Desk) -> None:
    settle(desk.background, *EVERYTHING)


def part(desk: Desk, kind: type[S]) -> S:
    def found() -> bool:
        front = desk.shell.stack.front
        return isinstance(front, SecretariatView) and isinstance(front.part, kind)

    until(found, kind.__name__)
    rest(desk)
    front = desk.shell.stack.front
    assert isinstance(front, SecretariatView)
    assert isinstance(front.part, kind)
    return front.part


def go(desk: Desk, kind: type[S], section: str = "", subject: str = "") -> S:
    desk.shell.navigator.secretariat(section, subject)
    return part(desk, kind)


def dialog(kind: type[W]) -> W:
    until(lambda: isinstance(QApplication.activeModalWidget(), kind), kind.__name__)
    found = QApplication.activeModalWidget()
    assert isinstance(found, kind)
    return found


def rows_of(screen: QWidget, name: str) -> tuple[Row, ...]:
    return next(
        each.rows for each in screen.findChildren(FlowList) if each.accessibleName() == name
    )


def error_of(screen: QWidget) -> ErrorPanel:
    return screen.findChild(ErrorPanel)


def drop(zone: DropZone, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(zone, QDragEnterEvent(QPoint(20, 20), copy, data, buttons, keys))
    QApplication.sendEvent(zone, QDropEvent(QPointF(20, 20), copy, data, buttons, keys))


def compose(desk: Desk, folder: Path) -> ComposeView:
    view = go(desk, Overview)
    drop(view.findChild(DropZone), folder)
    return part(desk, ComposeView)


def correct(desk: Desk, view: ComposeView, corrections: Corrections) -> None:
    view.correct(corrections)
    rest(desk)


def test_a_dropped_folder_with_mistakes_is_corrected_by_keyboard_and_sent(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = good_folder(tmp_path / "CM 2027-03-04 18h30")
    (folder / "03 - Abîmé.pdf").write_bytes(damaged_pdf())
    (folder / "04 - Secret.pdf").write_bytes(protected_pdf("x"))
    (folder / "05 - Scan.pdf").write_bytes(scan_pdf())
    (folder / "Courriel.pdf").write_bytes(text_pdf("courriel"))
    view = compose(desk, folder)
    assert not view.send.isEnabled()
    wrong = [row.title for row in rows_of(view, "To correct before sending")]
    assert wrong == ["The place is not known", "Abîmé", "Secret"]
    assert {row.title for row in rows_of(view, "To check")} == {"Courriel", "Scan"}
    view.edit(Key("file", "03 - Abîmé.pdf"))
    opened = dialog(FileDialog)
    opened.role.setCurrentIndex(opened.role.findData(FileRole.LEFT_OUT))
    qtbot.keyClick(opened, Qt.Key.Key_Return)
    rest(desk)
    assert [row.title for row in rows_of(view, "Files that are not sent")] == ["Abîmé"]
    left_out = (Placing("04 - Secret.pdf", FileRole.LEFT_OUT),)
    correct(desk, view, Corrections(files=left_out, title="Conseil municipal", place="Mairie"))
    view.edit(Key("item", "2"))
    item = dialog(ItemDialog)
    item.reporter.setText("Mme Jeannin")
    qtbot.keyClick(item, Qt.Key.Key_Return)
    rest(desk)
    assert "Mme Jeannin" in [row.detail for row in rows_of(view, "Agenda")]
    assert view.send.isEnabled()
    view.send.click()
    rest(desk)
    until(dialog(SendDialog).send.hasFocus, "the focus")
    qtbot.keyClick(dialog(SendDialog), Qt.Key.Key_Return)
    follow = part(desk, FollowView)
    assert [row.title for row in rows_of(follow, "Members")]
    desk.shell.navigator.back()
    # Other tests of this town may have sent theirs.
    sent = [row.title for row in rows_of(part(desk, Overview), "Sent")]
    assert sent.count("Conseil municipal") == 2


def test_members_can_be_told_later(desk: Desk, tmp_path: Path) -> None:
    view = compose(desk, good_folder(tmp_path / "CM 2027-05-04 18h30"))
    correct(desk, view, Corrections(title="Conseil de mai", place="Mairie"))
    view.send.click()
    rest(desk)
    asked = dialog(SendDialog)
    assert asked._when is not None
    assert asked.not_before is None
    asked._when.later.setChecked(True)
    asked._when.at.setDateTime(QDateTime(QDate(2027, 4, 1), QTime(18, 0)))
    assert asked.not_before == datetime(2027, 4, 1, 18, 0)  # noqa: DTZ001 the hour in the town
    asked.send.click()
    follow = part(desk, FollowView)
    desk.shell.driver.sync_now()
    until(lambda: "are told on" in follow._as_of.text(), "what the server said")
    desk.shell.navigator.back()
    sent = rows_of(part(desk, Overview), "Sent")
    assert any("are told on" in chip.text for row in sent for chip in row.chips)


def test_what_was_mended_in_the_folder_is_read_again(desk: Desk, tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "a")
    (folder / "03 - Abîmé.pdf").write_bytes(damaged_pdf())
    view = compose(desk, folder)
    correct(desk, view, Corrections(title="Un autre conseil"))
    (folder / "03 - Abîmé.pdf").write_bytes(text_pdf("réparé"))
    view.read_again()
    rest(desk)
    assert view.draft is not None
    assert view.draft.title == "Un autre conseil"
    assert "Abîmé" not in [row.title for row in rows_of(view, "To correct before sending")]


def test_files_dropped_one_by_one_keep_their_corrections_when_read_again(
    desk: Desk, tmp_path: Path
) -> None:
    folder = good_folder(tmp_path / "a")
    view = go(desk, Overview)
    drop(view.findChild(DropZone), *sorted(folder.iterdir()))
    composed = part(desk, ComposeView)
    correct(desk, composed, Corrections(title="Par fichiers"))
    composed.read_again()
    rest(desk)
    assert composed.draft is not None
    assert composed.draft.title == "Par fichiers"
    drafts = desk.background.in_store(desk.session.publishing.drafts)
    assert len([each for each in drafts if each.title == "Par fichiers"]) == 1


def test_reading_a_folder_can_be_stopped(desk: Desk, tmp_path: Path) -> None:
    view = go(desk, Overview)
    drop(view.findChild(DropZone), good_folder(tmp_path / "a"))
    view.findChild(Working).stop.click()
    rest(desk)
    assert not view.findChild(Working).isVisible()
    assert error_of(view).isHidden()
    assert part(desk, Overview) is view


def test_an_empty_folder_is_told_where_it_was_dropped(desk: Desk, tmp_path: Path) -> None:
    view = go(desk, Overview)
    (tmp_path / "vide").mkdir()
    drop(view.findChild(DropZone), tmp_path / "vide")
    rest(desk)
    assert error_of(view).isVisible()


def test_forgetting_a_draft_asks_once_and_leads_back(desk: Desk, tmp_path: Path) -> None:
    view = compose(desk, good_folder(tmp_path / "a"))
    forget = next(b for b in view.findChildren(QPushButton) if b.text() == "Forget this draft")
    forget.click()
    dialog(ConfirmDialog).yes.click()
    overview = part(desk, Overview)
    assert rows_of(overview, "In preparation") == ()


def test_a_draft_that_vanished_is_told_and_back_still_works(desk: Desk) -> None:
    go(desk, Overview)
    view = go(desk, ComposeView, "prepare", "nowhere")
    assert error_of(view).isVisible()
    assert not view.send.isVisible()
    desk.shell.navigator.back()
    part(desk, Overview)


def test_follow_up_shows_receipts_and_who_is_late(desk: Desk, office: tuple[Town, str]) -> None:
    view = go(desk, FollowView, "follow", office[1])
    people = {row.title: [chip.text for chip in row.chips] for row in rows_of(view, "Members")}
    assert people["Victor Bardey"] == ["Acknowledged"]
    assert people["Sophie Jeannin"] == ["Not received yet"]
    view.people._choose(Which.NOT_ACKNOWLEDGED)
    assert "Victor Bardey" not in [row.title for row in rows_of(view, "Members")]
    for each in view.findChildren(FlowList):
        QAbstractItemModelTester(each.model(), view)


def test_refreshing_the_follow_up_keeps_the_scroll(desk: Desk, office: tuple[Town, str]) -> None:
    desk.window.resize(800, 420)
    view = go(desk, FollowView, "follow", office[1])
    bar = view._page.verticalScrollBar()
    bar.setValue(bar.maximum())
    kept = bar.value()
    view.opened()
    rest(desk)
    assert kept > 0
    assert bar.value() == kept


def test_receipts_and_signed_papers_are_saved_where_the_person_wants(
    desk: Desk, office: tuple[Town, str], tmp_path: Path
) -> None:
    view = go(desk, FollowView, "follow", office[1])
    view.export_to(str(tmp_path / "receipts.csv"))
    rest(desk)
    assert "Bardey" in (tmp_path / "receipts.csv").read_text("utf-8-sig")
    view.save_to(str(tmp_path / "archive"))
    rest(desk)
    assert list((tmp_path / "archive").rglob("*2026-001*.pdf"))
    view.export_to(str(tmp_path / "no" / "such" / "folder.csv"))
    rest(desk)
    assert error_of(view).isVisible()


def test_a_corrected_folder_becomes_the_next_revision_of_that_sitting(
    desk: Desk, office: tuple[Town, str], tmp_path: Path
) -> None:
    folder = good_folder(tmp_path / "corrected")
    (folder / "01 - Budget.pdf").write_bytes(text_pdf("Budget, corrigé"))
    (folder / "02 - Tarifs de la cantine.pdf").unlink()
    view = go(desk, FollowView, "follow", office[1])
    view.correct_from(str(folder))
    draft = part(desk, ComposeView)
    assert draft.draft is not None
    assert (draft.draft.sitting_id, draft.draft.revision) == (office[1], 2)
    absent = rows_of(draft, "Sent earlier, not in the folder any more")
    assert [chip.text for row in absent for chip in row.chips] == ["Kept"]
    draft.edit(absent[0].key)
    rest(desk)
    absent = rows_of(draft, "Sent earlier, not in the folder any more")
    assert [chip.text for row in absent for chip in row.chips] == ["Will be withdrawn"]


def test_the_secretariat_reads_a_deliberation_but_cannot_sign_it(
    desk: Desk, office: tuple[Town, str]
) -> None:
    follow = go(desk, FollowView, "follow", office[1])
    key = next(row.key for row in rows_of(follow, "Deliberations") if row.key)
    view = go(desk, ActView, "act", str(key))
    assert view.title() == "Deliberation 2026-001"
    buttons = {b.text().strip() for b in view.findChildren(QPushButton) if b.isVisible()}
    assert not buttons & {"Sign", "Refuse to sign"}


def test_deliberations_are_placed_after_one_question(
    desk: Desk, office: tuple[Town, str], tmp_path: Path
) -> None:
    view = go(desk, PlaceView, "place", office[1])
    bad = tmp_path / "2026-009 - Abîmé.pdf"
    bad.write_bytes(damaged_pdf())
    drop(view.findChild(DropZone), act(tmp_path, "2026-002 - Voirie.pdf"), bad)
    rest(desk)
    assert [bool(row.chips) for row in rows_of(view, "Documents")] == [False, True]
    assert not view.place.isEnabled()
    view.secretary.setCurrentIndex(view.secretary.findText("Sophie Jeannin"))
    view.secretary.activated.emit(view.secretary.currentIndex())
    rest(desk)
    view.place.click()
    dialog(ConfirmDialog).yes.click()
    follow = part(desk, FollowView)
    titles = [row.title for row in rows_of(follow, "Deliberations")]
    assert "2026-002 · Voirie" in titles
    desk.shell.navigator.back()
    assert desk.shell.navigator.route != SecretariatRoute("place", office[1])
