"""Exporting: a sitting as a folder of files with the names that a push understands. Store lane."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from boardpack.domain.dossier import Document, DocumentKind, Dossier
from boardpack.services.context import Context
from boardpack.services.errors import CannotWriteError
from boardpack.services.files import write_file
from boardpack.services.library import Library, item_label, reading_order
from boardpack.services.push_folder import SITTING_FILE
from boardpack.store import deliberations

#: What file systems refuse in a name (Windows refuses most).
_REFUSED: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST: Final = 100
_ACTS: Final = "deliberations"


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        files: relative names, in the order of the sitting.
        missing: titles of documents whose bytes are not on this device.
    """

    folder: str
    files: tuple[str, ...]
    missing: tuple[str, ...]


class ExportingService:
    """Saves what is on this device where the person wants it, in clear."""

    def __init__(self, context: Context) -> None:
        """Work on this profile."""
        self._context = context

    def export_sitting(self, sitting_id: str, folder: Path) -> Exported:
        """Write the documents in force, `sitting.toml`, and the deliberations that are here.

        Args:
            sitting_id: the sitting.
            folder: made when absent; files of the same names are replaced.

        Raises:
            SittingUnknownError: this device has no such sitting.
            LeaseOverError, MandateOverError: its assembly's dossiers are closed.
            CannotWriteError: the place refuses.
        """
        library = Library(self._context)
        dossier = library.dossier(sitting_id)
        library.require_open(dossier.assembly_id)
        files: list[str] = []
        missing: list[str] = []
        for name, title, sha256 in (*_documents(dossier), *self._acts(sitting_id)):
            if sha256 in library.available:
                self._write(folder / name, self._context.blobs.read(sha256))
                files.append(name)
            else:
                missing.append(title)
        self._write(folder / SITTING_FILE, _words(library, dossier).encode())
        return Exported(str(folder), (*files, SITTING_FILE), tuple(missing))

    def _acts(self, sitting_id: str) -> Iterator[tuple[str, str, str]]:
        for each in deliberations.projected(self._context.store.connection, sitting_id):
            act = each.deliberation
            # The word before it keeps a push from taking act 7 for the report of item 7.
            name = _clean(f"Délibération {act.number} - {act.title}")
            yield f"{_ACTS}/{name}.pdf", act.title, act.current.sha256

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWriteError(file=path.parent.name, reason=error.strerror or "") from error
        write_file(path, content)


def _documents(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    taken: set[str] = set()
    for document in reading_order(dossier):
        name = base = _name(dossier, document)
        count = 1
        while name.casefold() in taken:
            count += 1
            path = PurePosixPath(base)
            name = f"{path.stem} ({count}){path.suffix}"
        taken.add(name.casefold())
        yield name, document.title, document.current.sha256


def _name(dossier: Dossier, document: Document) -> str:
    suffix = PurePosixPath(document.file_name).suffix
    if document.kind is DocumentKind.CONVOCATION:
        named = document.title.casefold().startswith("convocation")
        return _clean(document.title if named else "convocation") + suffix
    number, _, annex = item_label(dossier, document).partition(".")
    label = f"{int(number):02}" + (f".{annex}" if annex else "") if number else ""
    return _clean(" - ".join(part for part in (label, document.title) if part)) + suffix


def _clean(name: str) -> str:
    return _REFUSED.sub("-", name)[:_LONGEST].strip(" .") or "document"


def _words(library: Library, dossier: Dossier) -> str:
    """Return `sitting.toml`: with it the folder can be pushed again."""
    assembly = library.assemblies.get(dossier.assembly_id)
    name = assembly.key or assembly.short_name or assembly.name if assembly else ""
    starts_at = library.local(dossier.starts_at, dossier.assembly_id)
    lines = [
        f"assembly = {_quoted(name)}",
        f"date = {starts_at:%Y-%m-%d}",
        f"time = {starts_at:%H:%M:%S}",
        f"place = {_quoted(dossier.place)}",
        f"title = {_quoted(dossier.title)}",
    ]
    drafts = {
        each.item_id
        for each in dossier.documents
        if each.kind is DocumentKind.DRAFT_DELIBERATION and not each.withdrawn
    }
    for item in dossier.items:
        lines += ["", f"[items.{item.number}]", f"title = {_quoted(item.title)}"]
        if item.reporter:
            lines.append(f"reporter = {_quoted(item.reporter)}")
        if item.item_id in drafts:
            lines.append(f'kind = "{DocumentKind.DRAFT_DELIBERATION}"')
        if item.closed:
            lines.append("closed = true")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML basic string (TOML 1.0, strings)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
