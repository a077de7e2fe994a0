"""A report as LibreOffice exports it, from an ODT of our own making."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_MANIFEST: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_ODT: Final = "application/vnd.oasis.opendocument.text"


def office() -> str | None:
    """Return the path of LibreOffice, None when it is not installed."""
    return shutil.which("soffice")


def odt(path: Path, paragraphs: Sequence[str]) -> None:
    """Write a text document (ODF 1.2): a heading each ten paragraphs."""
    body = "".join(
        (f'<text:h text:outline-level="1">Chapitre {n // 10 + 1}</text:h>' if n % 10 == 0 else "")
        + f"<text:p>{escape(each)}</text:p>"
        for n, each in enumerate(paragraphs)
    )
    content = (
        f'<office:document-content xmlns:office="{_OFFICE}" xmlns:text="{_TEXT}"'
        f' office:version="1.2"><office:body><office:text>{body}</office:text></office:body>'
        "</office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_MANIFEST}" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODT}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODT, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def exported(paragraphs: Sequence[str]) -> bytes:
    """Return the PDF that LibreOffice makes of the paragraphs."""
    program = office()
    assert program is not None
    with tempfile.TemporaryDirectory(prefix="boardpack-office-") as folder:
        source = Path(folder, "rapport.odt")
        odt(source, paragraphs)
        profile = Path(folder, "profile").as_uri()
        command = (program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf")
        subprocess.run(
            [*command, "--outdir", folder, str(source)],
            check=True,
            capture_output=True,
            timeout=180,
        )
        return Path(folder, "rapport.pdf").read_bytes()
