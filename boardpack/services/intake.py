"""Intake: what is known of files before they are sent. Network lane: it reads and it waits."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from boardpack.domain.dossier import PDF
from boardpack.domain.errors import ActionableError
from boardpack.pdf.errors import UnreadableFileError, WorkerDiedError
from boardpack.pdf.intake import PdfFacts
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.context import Context
from boardpack.services.draft import DraftFile
from boardpack.services.draft_models import FileProblem
from boardpack.services.errors import CannotReadError, FileChangedError, FileTooLargeError
from boardpack.services.push_folder import SITTING_FILE, media_type, understand
from boardpack.store.errors import DamagedBlobError

#: Called with how many files are done, how many there are, and the name of the next one.
Progress: TypeAlias = Callable[[int, int, str], None]

#: A server takes no larger file (`blob.too_large`).
MOST_BYTES: Final = 500 * 1000 * 1000
_UNKNOWN: Final = "application/octet-stream"


class Intake:
    """Examines files in the PDF worker, so that a hostile one harms nothing."""

    def __init__(self, worker: PdfWorker) -> None:
        """Ask `worker`."""
        self._worker = worker

    def examine(
        self, found: Mapping[str, Path], progress: Progress | None = None
    ) -> tuple[DraftFile, ...]:
        """Examine the files of a push folder, `sitting.toml` apart.

        Raises:
            CannotReadError: the system refuses a file.
            FileTooLargeError: a file that no server takes.
        """
        files = {name: path for name, path in found.items() if name.casefold() != SITTING_FILE}
        examined = []
        for done, (name, path) in enumerate(files.items()):
            if progress:
                progress(done, len(files), name)
            examined.append(self._file(name, path))
        if progress:
            progress(len(files), len(files), "")
        return tuple(examined)

    def _file(self, name: str, path: Path) -> DraftFile:
        facts = self.facts(path)
        return DraftFile(
            path=name,
            sha256=facts.sha256,
            size=facts.size,
            media_type=_media_type(facts, name),
            pages=facts.pages,
            pages_without_text=facts.pages_without_text,
            problems=_problems(facts, name),
            place=understand(name.rsplit("/", 1)[-1]),
        )

    def facts(self, path: Path) -> PdfFacts:
        """Return what the worker finds out about one file.

        Raises:
            CannotReadError: the system refuses the file.
            FileTooLargeError: no server takes it.
        """
        try:
            if path.stat().st_size > MOST_BYTES:
                raise FileTooLargeError(file=path.name, most=MOST_BYTES // 1_000_000)
            return self._worker.examine(path)
        except OSError as error:
            raise CannotReadError(file=path.name, reason=error.strerror or "") from error
        except UnreadableFileError as error:
            raise CannotReadError(file=path.name, reason="") from error

    def normalised(self, path: Path, sha256: str = "") -> bytes | None:
        """Return a PDF written anew to be signed; None where the worker cannot do it safely.

        Args:
            path: of the file.
            sha256: of the file as it was examined; any when empty.

        Raises:
            FileChangedError: the file changed or vanished since.
        """
        try:
            return self._worker.normalised(path, sha256)
        except UnreadableFileError as error:
            raise FileChangedError(file=path.name) from error
        except (ActionableError, WorkerDiedError):
            # What forbids signing the file as it is stays the reason, and says what to do.
            return None


def _media_type(facts: PdfFacts, name: str) -> str:
    """Trust the content first: many a `.pdf` is none."""
    if facts.media_type not in {_UNKNOWN, "text/plain", "application/x-ole-storage"}:
        return facts.media_type
    by_name = media_type(name)
    return facts.media_type if by_name == PDF else by_name


def _problems(facts: PdfFacts, name: str) -> tuple[FileProblem, ...]:
    if facts.size == 0:
        return (FileProblem.EMPTY,)
    if not facts.is_pdf:
        named_pdf = media_type(name) == PDF
        return (FileProblem.NOT_PDF,) if named_pdf else ()
    if facts.problem == "pdf.password_protected":
        return (FileProblem.PASSWORD,)
    if facts.problem or facts.damaged or not facts.pages:
        return (FileProblem.DAMAGED,)
    scans = facts.pages_without_text
    found = {
        FileProblem.SCAN: scans == facts.pages,
        FileProblem.PARTLY_SCAN: 0 < scans < facts.pages,
        FileProblem.SIGNED: facts.has_signatures,
        FileProblem.ACTIVE_CONTENT: facts.has_javascript or facts.has_launch,
    }
    return tuple(problem for problem, here in found.items() if here)


def source_of(source: Path | Sequence[Path]) -> tuple[bytes, tuple[bytes, ...]]:
    """Return how a draft remembers where its files are: a folder, or files dropped one by one."""
    if isinstance(source, Path):
        return os.fsencode(source.absolute()), ()
    return b"", tuple(os.fsencode(path.absolute()) for path in source)


def keep_bytes(context: Context, content: Path | bytes, sha256: str, name: str) -> None:
    """Keep a file, or bytes made from it, if they are still those that were examined.

    Raises:
        FileChangedError: the file changed or vanished since.
        DiskFullError: no room for it.
    """
    if isinstance(content, Path) and not content.is_file():
        raise FileChangedError(file=name)
    try:
        context.in_store(lambda: context.blobs.keep(content, sha256))
    except DamagedBlobError as error:
        raise FileChangedError(file=name) from error
