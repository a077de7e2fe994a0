"""`boardpack --selftest`: does this program, frozen or not, work on this machine?

It opens a store, starts the PDF worker, renders a page, signs and verifies, reads its texts, and
looks for Qt. Nothing of it touches a profile.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from boardpack import __version__
from boardpack.cli.terminal import to_json
from boardpack.domain import clock
from boardpack.domain.errors import BugError
from boardpack.messages import LANGUAGES, error_text, use_language
from boardpack.pdf.values import BytesSource
from boardpack.pdf.worker_client import PdfWorker
from boardpack.sealing.segments import new_key
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.index import open_index
from signing import pades
from signing.backends.pkcs12 import Pkcs12Signer
from signing.practice import make_practice_authority
from signing.verify import verify

_STREAM: Final = b"BT /F1 24 Tf 72 720 Td (boardpack selftest) Tj ET"


def page() -> bytes:
    """Return a PDF of one page that says "boardpack selftest"."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 6 0 R>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(_STREAM), _STREAM),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Font<</F1 5 0 R>>>>",
    )
    data = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1)
    return data + b"startxref\n%d\n%%%%EOF\n" % start


_DIGEST: Final = hashlib.sha256(page()).hexdigest()


def _store(folder: Path) -> str:
    key = new_key()
    with_words = ["des mots à retrouver"]
    store = Store.create(folder, key)
    try:
        BlobStore(store).keep(page(), _DIGEST)
    finally:
        store.close()
    store = Store.open(folder, key)
    try:
        _require(BlobStore(store).read(_DIGEST) == page())
        with open_index(store) as index:
            index.put("0" * 64, with_words)
            _require(len(index.find("RETROUVER", 1)) == 1)
    finally:
        store.close()
    return "SQLCipher, FTS5"


def _worker(_folder: Path) -> str:
    with PdfWorker() as worker:
        facts = worker.open(BytesSource(page()))
        picture = worker.render(facts.handle, 0, 1.0)
        _require((picture.width, picture.height) == (595, 842))
        _require(len(set(picture.rgb)) > 1)
        _require("boardpack" in worker.page_text(facts.handle, 0))
    return f"{picture.width}×{picture.height}"


def _signature(_folder: Path) -> str:
    authority = make_practice_authority("boardpack selftest")
    p12 = authority.issue("Jeanne", "Essai", passphrase="selftest")  # noqa: S106 a practice key
    with Pkcs12Signer.open(p12, b"selftest") as signer:
        signed = pades.sign(page(), "Maire", signer, moment=clock.now())
    verdict = verify(signed, roots=[authority.root_pem])
    _require(verdict.verdict == "valid")
    _require(verify(signed + b"tail", roots=[authority.root_pem]).verdict == "invalid")
    return verdict.signatures[0].level


def _texts(_folder: Path) -> str:
    for language in LANGUAGES:
        use_language(language)
        _require(error_text("store.disk_full").code == "store.disk_full")
        _require(error_text("store.disk_full").title != error_text("bug.unknown").title)
    use_language(LANGUAGES[0])
    return ", ".join(LANGUAGES)


def _network(_folder: Path) -> str:
    module = importlib.import_module("sync.client.http_transport")
    return str(module.__name__)


def _window(_folder: Path) -> str:
    if importlib.util.find_spec("PySide6") is None:
        return "without Qt"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    importlib.import_module("ui.app")
    gui = importlib.import_module("PySide6.QtWidgets")
    application = gui.QApplication.instance() or gui.QApplication(["boardpack"])
    importlib.import_module("ui.app").prepare(application)
    return f"Qt {importlib.import_module('PySide6.QtCore').qVersion()}"


CHECKS: Final[dict[str, Callable[[Path], str]]] = {
    "store": _store,
    "worker": _worker,
    "signature": _signature,
    "texts": _texts,
    "network": _network,
    "window": _window,
}


class SelftestFailedError(BugError):
    """Some part does not do on this machine what it must."""

    code = "cli.selftest_failed"


def _require(good: bool) -> None:  # noqa: FBT001 a condition
    if not good:
        raise SelftestFailedError


def run_selftest(*, as_json: bool) -> int:
    """Try every part; print what each came to; return the exit code."""
    checks: dict[str, dict[str, object]] = {}
    for name, check in CHECKS.items():
        began = time.perf_counter()
        # Nothing but sealed files is written into it.
        with tempfile.TemporaryDirectory(prefix="boardpack-selftest-") as folder:
            try:
                found, good = check(Path(folder) / "profile"), True
            except Exception as error:  # noqa: BLE001 every part is tried, whatever it raises
                found, good = f"{type(error).__name__}: {error}", False
        seconds = round(time.perf_counter() - began, 3)
        checks[name] = {"ok": good, "found": found, "seconds": seconds}
        if not as_json:
            click.echo(f"{name}: {'ok' if good else 'FAILED'} ({found}, {seconds} s)")
    good = all(check["ok"] for check in checks.values())
    if as_json:
        click.echo(to_json({"ok": good, "version": __version__, "checks": checks}))
    return 0 if good else SelftestFailedError.exit_code
