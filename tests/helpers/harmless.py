"""What the offscreen platform says at each window with a least size: no fault of ours."""

from __future__ import annotations

import atexit
import sys
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler

HARMLESS: Final = "This plugin does not support propagateSizeHints()"


def leave_out_harmless() -> None:
    """Keep that one message off the terminal; every other one is written as Qt writes it."""
    qInstallMessageHandler(_write)
    # Qt may still speak while the interpreter ends.
    atexit.register(lambda: qInstallMessageHandler(None))


def _write(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    if message != HARMLESS:
        sys.stderr.write(f"{qFormatLogMessage(kind, context, message or '')}\n")
