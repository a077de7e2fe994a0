"""The language of the window: our own words, Qt's own dialogs, numbers."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from boardpack.messages import language, use_language
from ui import formats


def system_language() -> str:
    """Return the language of this computer if we speak it, else French."""
    english = QLocale.system().language() is QLocale.Language.English
    return "en" if english else "fr"


def speak(application: QApplication, wanted: str) -> None:
    """Use `wanted` for every text made from now on."""
    use_language(wanted)
    QLocale.setDefault(QLocale(language()))
    formats.warm()
    for old in application.findChildren(QTranslator):
        application.removeTranslator(old)
        old.deleteLater()
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language()}", folder):
        application.installTranslator(translator)
