"""Whose device this is; another PIN or passphrase; lock now."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from boardpack.services.account import ProfileState
from boardpack.services.identity import Me
from ui.entry.secret_field import SecretField
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card, Section


class AccountSection(Section):
    """Name, authorities; `lock_asked` by its button."""

    lock_asked = Signal()

    def __init__(self, me: Me, parent: QWidget | None = None) -> None:
        super().__init__(_("Account and device"), parent)
        card = Card()
        card.body.addWidget(label(me.name, "heading"))
        if me.authority_names:
            card.body.addWidget(label(", ".join(me.authority_names)))
        self._key = label("", tone="secondary")
        card.body.addWidget(self._key)
        foot = FlowLayout()
        foot.setContentsMargins(0, look().metrics.one, 0, 0)
        foot.addWidget(button(_("Lock now"), self.lock_asked.emit, icon="lock-outline"))
        card.body.addLayout(foot)
        self.body.addWidget(card)

    def show_state(self, state: ProfileState) -> None:
        """Show where the key of the store lies."""
        self._key.setText(
            _("The key of your documents lies in the keyring of this computer.")
            if state.keyring
            else _("This computer has no keyring: your passphrase alone protects the documents.")
        )


class SecretSection(Section):
    """Change the PIN or passphrase. `asked` carries the old and the new one."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("PIN or passphrase"), parent)
        card = Card()
        self._begin = button(_("Change it"), self._open, icon="form-textbox-password")
        self._old = SecretField(_("The present one"))
        self._new = SecretField(_("The new one"))
        self._again = SecretField(_("The new one once more"))
        self._error = ErrorPanel()
        self._done = label(_("Changed. Use the new one from now on."), tone="success")
        self._done.setVisible(False)
        form = Card()
        form.setProperty("role", "panel")
        self._form = form
        form.body.setContentsMargins(0, 0, 0, 0)
        for each in (self._error, self._old, self._new, self._again):
            form.body.addWidget(each)
        self._save = button(_("Change"), self._submit, kind="primary")
        foot = FlowLayout()
        foot.addWidget(self._save)
        foot.addWidget(button(_("Cancel"), self._close))
        form.body.addLayout(foot)
        form.setVisible(False)
        card.body.addWidget(self._done)
        row = FlowLayout()
        row.addWidget(self._begin)
        card.body.addLayout(row)
        card.body.addWidget(form)
        self.body.addWidget(card)

    def finished(self) -> None:
        """Say that it was changed."""
        self._close()
        self._done.setVisible(True)

    def failed(self, error: Exception) -> None:
        """Say why it was not."""
        self._save.setEnabled(True)
        self._error.show_error(error)
        self._old.setFocus()

    def _open(self) -> None:
        self._done.setVisible(False)
        self._begin.setVisible(False)
        self._form.setVisible(True)
        self._old.setFocus()

    def _close(self) -> None:
        for field in (self._old, self._new, self._again):
            field.forget()
            field.show_wrong("")
        self._error.clear()
        self._save.setEnabled(True)
        self._form.setVisible(False)
        self._begin.setVisible(True)

    def _submit(self) -> None:
        if self._new.text != self._again.text:
            self._again.show_wrong(_("The two are not the same."))
            self._again.setFocus()
            return
        self._error.clear()
        self._save.setEnabled(False)
        self.asked.emit(self._old.text, self._new.text)
