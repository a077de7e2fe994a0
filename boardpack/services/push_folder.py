"""What the names of a push folder say (the rules stand in docs/push-folder.md).

`NN - Title.pdf` is item NN's report, `NN.M - Title.ext` its annex M, `convocation*.pdf` the
convocation, `sitting.toml` describes the sitting. Case, spaces, Unicode form, `–` and `_` make no
difference; the names of an i-delibRE archive (`00__Convocation.pdf`, `NN__Title.pdf`,
`NN_MM__Title.ext`) are understood too.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from boardpack.domain.dossier import PDF
from boardpack.services.draft_models import FileRole
from boardpack.services.errors import FolderEmptyError, FolderUnreadableError, TooManyFilesError

SITTING_FILE: Final = "sitting.toml"
#: A folder with more files was not meant: somebody dropped a whole disk.
MOST_FILES: Final = 2000

_ANNEX: Final = re.compile(r"(\d{1,3})(?:\s*\.\s*(\d{1,3})(?!\d)|_(\d{1,3})(?=__))(.*)", re.DOTALL)
_REPORT: Final = re.compile(r"(\d{1,3})(?!\d)(.*)", re.DOTALL)
_SEPARATOR: Final = re.compile(r"\s*(?:[-‐‑‒–—_:)]|\.(?=\s))[-‐‑‒–—_\s]*")
_ACT: Final = re.compile(
    r"(?:d[ée]lib[ée]ration\s*(?:n\s*[°o]\s*)?)?"
    r"(?P<number>(?:[A-Za-z]{1,6}[-_ ]?)?\d{4}[-_]\d{1,4}(?:[-_]\d{1,3})?|[A-Za-z]{0,6}\d{1,8})"
    r"(?!\d)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})

_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".odg": "application/vnd.oasis.opendocument.graphics",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": PDF,
    ".png": "image/png",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rtf": "application/rtf",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class NamedPlace:
    """What a file name says of its place in the sitting."""

    role: FileRole
    title: str
    item_number: int = 0
    annex_number: int = 0


def tidy(text: str) -> str:
    """Return `text` in one Unicode form (NFC), with single spaces; bad bytes of old systems read.

    A name that is not UTF-8 (an archive made on an old Windows) is read as Windows-1252.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = os.fsencode(text).decode("cp1252", errors="replace")
    return " ".join(unicodedata.normalize("NFC", text).split())


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort "9 - x" before "10 - x"."""
    parts = re.split(r"(\d+)", tidy(name).casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def media_type(name: str) -> str:
    """Return the media type that the end of a file name tells."""
    return _MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def understand(name: str) -> NamedPlace:
    """Return what a file's name (no folder) says of its place."""
    path = PurePosixPath(tidy(name))
    stem, is_pdf = path.stem, path.suffix.lower() == ".pdf"
    if is_pdf and stem.casefold().startswith("convocation"):
        return NamedPlace(FileRole.CONVOCATION, _title(stem))
    annex = _ANNEX.fullmatch(stem)
    title = _after_separator(annex[4]) if annex else ""
    if annex and title:
        number = int(annex[2] or annex[3])
        return NamedPlace(FileRole.ANNEX, title, int(annex[1]), number)
    report = _REPORT.fullmatch(stem)
    title = _after_separator(report[2]) if report else ""
    if report and title and is_pdf:
        if title.casefold().startswith("convocation") and int(report[1]) == 0:
            return NamedPlace(FileRole.CONVOCATION, title)
        return NamedPlace(FileRole.REPORT, title, int(report[1]))
    return NamedPlace(FileRole.NOT_PLACED, title or _title(stem))


def understand_act(name: str) -> tuple[str, str]:
    """Return number and title of a deliberation's file: `2026-042 - Title.pdf`, `07 - Title.pdf`.

    A name without a number gives an empty one.
    """
    stem = PurePosixPath(tidy(name)).stem
    found = _ACT.fullmatch(stem)
    title = _after_separator(found["rest"]) if found else ""
    if not found or not title:
        return "", _title(stem)
    return found["number"].replace("_", "-"), title


def _after_separator(rest: str) -> str:
    """Return the title after its separator; empty when there is none of the two."""
    separator = _SEPARATOR.match(rest)
    return _title(rest[separator.end() :]) if separator else ""


def _title(text: str) -> str:
    """Return a title as people write it: `Budget_primitif` has no other spaces."""
    spaced = text if " " in text.strip() else text.replace("_", " ")
    return " ".join(spaced.split()).strip(" -–—_")


def files_of(source: Path | Sequence[Path]) -> dict[str, Path]:
    """Return the files of a folder (or those dropped one by one) by their tidy relative name.

    Hidden files and litter of operating systems and office programs are left out.

    Raises:
        FolderUnreadableError: it is no folder, or the system refuses to list it.
        FolderEmptyError: it holds no file.
        TooManyFilesError: more than `MOST_FILES`.
    """
    try:
        found = dict(_walk(source))
    except OSError as error:
        name = source.name if isinstance(source, Path) else ""
        raise FolderUnreadableError(folder=tidy(name)) from error
    if not found:
        raise FolderEmptyError
    return dict(sorted(found.items(), key=lambda each: natural_key(each[0])))


def _walk(source: Path | Sequence[Path]) -> Iterable[tuple[str, Path]]:
    taken: set[str] = set()
    for root, path in _paths(source):
        relative = path.relative_to(root)
        if _is_litter(relative) or not path.is_file():
            continue
        name = base = "/".join(tidy(part) for part in relative.parts)
        count = 1
        while name.casefold() in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name.casefold())
        if len(taken) > MOST_FILES:
            raise TooManyFilesError(most=MOST_FILES)
        yield name, path


def _paths(source: Path | Sequence[Path]) -> Iterable[tuple[Path, Path]]:
    if isinstance(source, Path):
        if not source.is_dir():
            raise NotADirectoryError(str(source))
        yield from ((source, path) for path in source.rglob("*"))
        return
    for path in source:
        if path.is_dir():
            yield from ((path, inner) for inner in path.rglob("*"))
        else:
            yield path.parent, path


def _is_litter(relative: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) or part == "__MACOSX" for part in relative.parts)
    return hidden or relative.name.casefold() in _LITTER
