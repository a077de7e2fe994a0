"""The sheet of paper with the twelve words, for a printer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from boardpack.domain import clock
from boardpack.messages import _
from ui import formats


def sheet(words: Sequence[str], name: str) -> QTextDocument:
    """Return what is printed: whose words, of when, each with its number, what they are for."""
    made = QTextDocument()
    rows = "".join(
        f"<tr><td align='right'>{place}.&nbsp;&nbsp;</td><td><b>{escape(word)}</b></td></tr>"
        for place, word in enumerate(words, 1)
    )
    day = formats.day(clock.now().astimezone())
    made.setHtml(
        f"<h2>{escape(_('Recovery words of {name}').format(name=name))}</h2>"
        f"<p>{escape(_('Printed on {day}').format(day=day))}</p>"
        f"<table cellpadding='4' style='font-size: 14pt'>{rows}</table>"
        f"<p>{escape(purpose())}</p><p>{escape(keeping())}</p>"
    )
    return made


def purpose() -> str:
    """Say what the words are for."""
    return _(
        "If this device is lost or broken, these twelve words bring your private notes back on the "
        "next one. They are kept nowhere else: neither the server nor the IT department has them."
    )


def keeping() -> str:
    """Say where the paper belongs."""
    return _("Keep the paper where you keep your identity papers, not beside the device.")


def ask_printer(parent: QWidget, words: Sequence[str], name: str) -> QPrintDialog:
    """Let the person choose a printer, then print. The text goes only where they send it."""
    printer = QPrinter()
    dialog = QPrintDialog(printer, parent)
    document = sheet(words, name)
    document.setParent(dialog)
    dialog.accepted.connect(lambda: document.print_(printer))
    dialog.finished.connect(dialog.deleteLater)
    # Its own `open` is another: it wants a slot to call.
    QDialog.open(dialog)
    return dialog
