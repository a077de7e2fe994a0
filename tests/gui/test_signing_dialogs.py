"""A signatory reads, signs, refuses, offline: what is shown is what is signed, asked once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack.domain import clock, ids
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.store.blobs import BlobStore
from signing.practice import PracticeAuthority, make_practice_authority
from sync.protocol.messages import official_feed
from tests.gui.conftest import Desk, OpenDesk
from tests.gui.furnished import COLLEAGUE, ME, Furniture, make_profile, usual
from tests.gui.patience import settle, until
from ui.background import Lane
from ui.errors import ErrorPanel
from ui.models.rows import Row
from ui.navigation import ToSignRoute
from ui.signing_dialogs.deliberation_view import DeliberationView
from ui.signing_dialogs.inbox_view import InboxView
from ui.signing_dialogs.refuse_dialog import RefuseDialog
from ui.signing_dialogs.sign_dialog import SignDialog
from ui.widgets.flow_list import FlowList

W = TypeVar("W", bound=QWidget)
SECRET = "sésame du certificat"
MAYOR = CircuitStep("Maire", ME, "Maire")
SECRETARY = CircuitStep("SecretaireDeSeance", COLLEAGUE, "Secrétaire de séance")
OTHERS_TURN = (replace(MAYOR, official_id=COLLEAGUE), replace(SECRETARY, official_id=ME))


@pytest.fixture(scope="module")
def authority() -> PracticeAuthority:
    return make_practice_authority("AC d’essai")


@pytest.fixture(scope="module")
def p12(authority: PracticeAuthority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "claire.p12"
    path.write_bytes(authority.issue("Claire", "Dumas", passphrase=SECRET))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with three deliberations of Claire's circuits: two hers to sign now, one later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        furniture = Furniture()
        past = usual(furniture).past
        for number, steps in (("2026-11-05", (MAYOR, SECRETARY)), ("2026-11-06", OTHERS_TURN)):
            deliberation = Deliberation(
                deliberation_id=ids.new_id(),
                sitting_id=past.sitting_id,
                assembly_id=past.assembly_id,
                number=number,
                title=f"Délibération {number}",
                versions=(furniture.version(f"Délibération {number}", pages=1),),
                steps=steps,
                placed_at=clock.now(),
            )
            furniture.add(official_feed(ME), "deliberation", deliberation)
        folder = tmp_path_factory.mktemp("signatory") / "profile"
        make_profile(folder, furniture)
    return folder


@pytest.fixture
def desk(open_desk: OpenDesk, made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made, tmp_path / "profile")
    opened = open_desk(tmp_path / "profile")
    opened.unlock()
    return opened


def rest(desk: Desk) -> None:
    settle(desk.background, Lane.STORE, Lane.NETWORK, Lane.RENDER)


def inbox(desk: Desk) -> InboxView:
    desk.shell.navigator.to_sign()
    rest(desk)
    front = desk.shell.stack.front
    assert isinstance(front, InboxView)
    return front


def rows_of(screen: QWidget, name: str) -> tuple[Row, ...]:
    return next(
        each.rows for each in screen.findChildren(FlowList) if each.accessibleName() == name
    )


def read(desk: Desk, section: str = "Waiting for me", place: int = 0) -> DeliberationView:
    """Open a deliberation from the list, as a tap does."""
    view = inbox(desk)
    rows = next(each for each in view.findChildren(FlowList) if each.accessibleName() == section)
    rows.chosen.emit(rows.rows[place].key)
    rest(desk)
    return desk.shell.stack.front.findChild(DeliberationView)


def button(view: QWidget, text: str) -> QPushButton:
    return next(b for b in view.findChildren(QPushButton) if b.accessibleName() == text)


def dialog(kind: type[W]) -> W:
    until(lambda: isinstance(QApplication.activeModalWidget(), kind), kind.__name__)
    found = QApplication.activeModalWidget()
    assert isinstance(found, kind)
    return found


def ask_sign(view: DeliberationView) -> SignDialog:
    button(view, "Sign").click()
    return dialog(SignDialog)


def sign(desk: Desk, view: DeliberationView, p12: Path, qtbot: QtBot) -> None:
    asked = ask_sign(view)
    asked.choose(str(p12))
    asked.passphrase.setText(SECRET)
    qtbot.keyClick(asked.passphrase, Qt.Key.Key_Return)
    rest(desk)
    assert asked.proceed.text() == "Sign"
    qtbot.keyClick(asked, Qt.Key.Key_Return)
    until(lambda: QApplication.activeModalWidget() is None, "the signature")
    rest(desk)


def test_the_inbox_tells_what_waits_for_me_and_what_for_others(desk: Desk) -> None:
    view = inbox(desk)
    assert len(rows_of(view, "Waiting for me")) == 2
    assert [row.title for row in rows_of(view, "Waiting for somebody else")] == [
        "2026-11-06 · Délibération 2026-11-06"
    ]
    for each in view.findChildren(FlowList):
        QAbstractItemModelTester(each.model(), view)


def test_a_wrong_passphrase_is_told_in_the_dialog_and_nothing_is_signed(
    desk: Desk, p12: Path, qtbot: QtBot
) -> None:
    asked = ask_sign(read(desk))
    asked.choose(str(p12))
    asked.passphrase.setText("faux")
    qtbot.keyClick(asked.passphrase, Qt.Key.Key_Return)
    rest(desk)
    assert asked.findChild(ErrorPanel).isVisible()
    assert asked.proceed.text() == "Continue"
    until(asked.passphrase.hasFocus, "the focus")
    asked.reject()
    assert asked.passphrase.text() == ""
    rest(desk)
    assert len(rows_of(inbox(desk), "Waiting for me")) == 2


def test_another_file_or_passphrase_asks_again_whose_certificate_it_is(
    desk: Desk, p12: Path, authority: PracticeAuthority, tmp_path: Path
) -> None:
    asked = ask_sign(read(desk))
    asked.choose(str(p12))
    asked.passphrase.setText(SECRET)
    asked.proceed.click()
    rest(desk)
    assert asked.proceed.text() == "Sign"
    stranger = tmp_path / "stranger.p12"
    stranger.write_bytes(authority.issue("Jean", "Autre", passphrase=SECRET))
    asked.choose(str(stranger))
    assert asked.proceed.text() == "Continue"
    assert not asked._whose.isVisible()
    asked.proceed.click()
    rest(desk)
    assert asked._whose_wrong.isVisible()
    asked.passphrase.setText(SECRET + "x")
    assert asked.proceed.text() == "Continue"


def test_two_are_signed_in_a_row_with_the_same_file_but_the_passphrase_is_asked_again(
    desk: Desk, p12: Path, qtbot: QtBot
) -> None:
    view = read(desk)
    first = desk.shell.navigator.route
    sign(desk, view, p12, qtbot)
    until(button(view, "Next one to sign").isVisible, "the next one")
    assert not button(view, "Sign").isVisible()
    button(view, "Next one to sign").click()
    rest(desk)
    assert desk.shell.navigator.route not in (first, ToSignRoute())
    following = desk.shell.stack.front.findChild(DeliberationView)
    asked = ask_sign(following)
    assert asked._file.text() == p12.name
    assert asked.passphrase.text() == ""
    until(asked.passphrase.hasFocus, "the focus")
    asked.passphrase.setText(SECRET)
    asked.proceed.click()
    rest(desk)
    asked.proceed.click()
    until(lambda: QApplication.activeModalWidget() is None, "the signature")
    rest(desk)
    desk.shell.navigator.back()
    rest(desk)
    assert desk.shell.navigator.route == ToSignRoute()
    assert rows_of(inbox(desk), "Waiting for me") == ()
    assert desk.background.in_store(desk.session.synchronizing.state).waiting == 2


def test_nobody_signs_before_their_turn(desk: Desk) -> None:
    view = read(desk, "Waiting for somebody else")
    assert not button(view, "Sign").isVisible()
    assert not button(view, "Refuse to sign").isVisible()
    texts = [row.detail for row in rows_of(view, "Signatories, in this order")]
    assert texts[0] == "waits for the signature"


def test_a_version_that_is_no_longer_the_one_read_is_not_signed(
    desk: Desk, p12: Path, qtbot: QtBot
) -> None:
    view = read(desk)
    assert view._row is not None
    asked = SignDialog(view._screen, view._row, "0" * 64)
    asked.open()
    asked.choose(str(p12))
    asked.passphrase.setText(SECRET)
    qtbot.keyClick(asked.passphrase, Qt.Key.Key_Return)
    rest(desk)
    asked.proceed.click()
    rest(desk)
    assert asked.findChild(ErrorPanel).isVisible()
    assert asked.cancel.isEnabled()
    asked.reject()


def test_a_refusal_needs_a_reason_and_is_kept_with_it(desk: Desk) -> None:
    view = read(desk)
    button(view, "Refuse to sign").click()
    asked = dialog(RefuseDialog)
    assert not asked.refuse.isEnabled()
    asked.reason.setPlainText("Le montant est faux.")
    asked.refuse.click()
    until(lambda: QApplication.activeModalWidget() is None, "the refusal")
    rest(desk)
    until(
        lambda: "Le montant est faux." in rows_of(view, "Signatories, in this order")[0].detail,
        "the reason",
    )
    assert [row.chips[0].text for row in rows_of(inbox(desk), "Done")] == ["To be sent"]


def test_a_tampered_document_is_neither_shown_nor_signed(desk: Desk) -> None:
    row = desk.background.in_store(desk.session.signing.inbox)[0]
    store = desk.session.context.store
    path, _key = desk.background.in_store(lambda: BlobStore(store).source(row.sha256))
    sealed = bytearray(path.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(sealed)
    view = read(desk)
    assert view.findChild(ErrorPanel).isVisible()
    assert not button(view, "Sign").isEnabled()


def test_a_file_that_is_no_certificate_is_told(desk: Desk, tmp_path: Path) -> None:
    asked = ask_sign(read(desk))
    asked.choose(str(tmp_path / "gone.p12"))
    asked.passphrase.setText(SECRET)
    asked.proceed.click()
    rest(desk)
    assert asked.findChild(ErrorPanel).isVisible()
    asked.reject()


def test_signed_pages_are_shown_when_one_comes_back(desk: Desk, p12: Path, qtbot: QtBot) -> None:
    view = read(desk)
    first = desk.shell.navigator.route
    sign(desk, view, p12, qtbot)
    inbox(desk)
    desk.shell.navigator.open(first)
    rest(desk)
    until(lambda: view._renderer.cache.sharp(0) is not None, "the page")
