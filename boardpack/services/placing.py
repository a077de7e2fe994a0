"""Placing: decided acts as PDFs become deliberations that wait for signatures.

`examine` and `place` read files and ask the PDF worker: network lane. `signatories`: store lane.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from boardpack.annotation.text import fold
from boardpack.domain import clock, ids
from boardpack.domain.dossier import PDF, DocumentVersion, Dossier
from boardpack.domain.errors import ActionableError, BoardpackError
from boardpack.domain.people import AuthorityKind, Role
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.pdf.intake import PdfFacts
from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.services.draft_models import DeliberationFile, PersonRow, Signatory
from boardpack.services.errors import (
    AlreadyPlacedError,
    FileChangedError,
    NoSignatoryError,
    NotPdfToSignError,
    NotSignableError,
)
from boardpack.services.files import read_file
from boardpack.services.intake import Intake, Progress, keep_bytes
from boardpack.services.library import Library
from boardpack.services.push_folder import natural_key, tidy, understand_act
from boardpack.services.secretariat import person_rows, require
from boardpack.store import deliberations, outbox, people
from boardpack.workflow.transitions import Verb
from signing.errors import HybridDocumentError
from signing.pades import check_signable
from sync.protocol.messages import DeliberationsPlaced

#: Names of signature fields in the PDF: ASCII, for every reader shows those alike.
MAYOR: Final = "Maire"
PRESIDENT: Final = "President"
SECRETARY: Final = "SecretaireDeSeance"
_ITEM_NUMBER: Final = re.compile(r"\d{1,3}")


class DeliberationPlacing:
    """What a secretariat does after a sitting to get its deliberations signed."""

    def __init__(self, context: Context, intake: Intake) -> None:
        """Work on this profile; `intake` examines files."""
        self._context = context
        self._intake = intake

    def examine(
        self, sitting_id: str, paths: Sequence[Path], progress: Progress | None = None
    ) -> tuple[DeliberationFile, ...]:
        """Understand PDFs to be signed: numbers and titles from their names, problems named.

        Raises:
            SittingUnknownError: this device has no such sitting.
            CannotReadError: the system refuses a file.
        """
        in_store = self._context.in_store
        dossier, placed = in_store(lambda: self._known(sitting_id))
        ordered = sorted(_files(paths), key=lambda path: natural_key(path.name))
        found = []
        for done, path in enumerate(ordered):
            if progress:
                progress(done, len(ordered), tidy(path.name))
            found.append(self._file(path, dossier, placed))
        if progress:
            progress(len(ordered), len(ordered), "")
        return tuple(found)

    def _known(self, sitting_id: str) -> tuple[Dossier, frozenset[str]]:
        """Return the sitting's dossier, and the numbers of deliberations placed already."""
        dossier = Library(self._context).dossier(sitting_id)
        placed = deliberations.projected(self._context.store.connection)
        numbers = frozenset(
            each.deliberation.number
            for each in placed
            if each.deliberation.assembly_id == dossier.assembly_id
        )
        return dossier, numbers

    def _file(self, path: Path, dossier: Dossier, placed: frozenset[str]) -> DeliberationFile:
        facts, problem, rewritten = self._examined(path)
        number, title = understand_act(path.name)
        return DeliberationFile(
            path=str(path.absolute()),
            number=number,
            title=title,
            item_number=_item_number(dossier, number, title),
            pages=facts.pages,
            size=facts.size,
            sha256=facts.sha256,
            pages_without_text=facts.pages_without_text,
            problem=problem.code if problem else "",
            parameters=tuple(problem.parameters.items()) if problem else (),
            already_placed=bool(number) and number in placed,
            rewritten=rewritten,
        )

    def _examined(self, path: Path) -> tuple[PdfFacts, BoardpackError | None, bool]:
        """Return what would be placed, what forbids it, and whether the file is written anew.

        Word saves hybrid files. Before its first signature a document may be rewritten, never
        after.
        """
        facts = self._intake.facts(path)
        problem = _problem(path, facts)
        if not isinstance(problem, HybridDocumentError) or facts.has_signatures:
            return facts, problem, False
        data = self._intake.normalised(path, facts.sha256)
        if data is None:
            return facts, problem, False
        refusal = _refusal(data)
        if refusal is not None:
            return facts, refusal, False
        digest = hashlib.sha256(data).hexdigest()
        return replace(facts, sha256=digest, size=len(data)), None, True

    def signatories(self, sitting_id: str, secretary_id: str = "") -> tuple[Signatory, ...]:
        """Return the usual signatories in order: who presides, then the sitting secretary.

        They sign the minutes and the deliberations (CGCT L.2121-23, L.2121-15 since 1 July 2022).
        Qualities are printed on French acts: they are French in every language of the program.

        Args:
            sitting_id: the sitting.
            secretary_id: the member chosen as sitting secretary; none yet when empty.
        """
        library = Library(self._context)
        dossier = library.dossier(sitting_id)
        found: list[Signatory] = []
        for person in person_rows(self._context, dossier.assembly_id):
            if person.role is Role.PRESIDENT and not found:
                found.append(self._presiding(library, dossier.assembly_id, person))
        if secretary_id:
            found.append(Signatory(secretary_id, SECRETARY, "Secrétaire de séance"))
        return tuple(found)

    def _presiding(self, library: Library, assembly_id: str, person: PersonRow) -> Signatory:
        assembly = library.assemblies[assembly_id]
        authority = people.authorities(self._context.store.connection).get(assembly.authority_id)
        if authority is not None and authority.kind is AuthorityKind.COMMUNE:
            return Signatory(person.official_id, MAYOR, person.title or "Maire")
        return Signatory(person.official_id, PRESIDENT, person.title or "Président")

    def place(
        self,
        sitting_id: str,
        files: Sequence[DeliberationFile],
        signatories: Sequence[Signatory],
        progress: Progress | None = None,
    ) -> Changes:
        """Put deliberations in the outbox, to be signed by the signatories in this order.

        Raises:
            SittingUnknownError: this device has no such sitting.
            NotAllowedError: the person is not of its secretariat.
            NoSignatoryError: none, or one person or field twice.
            NotSignableError: a file cannot be signed; nothing was placed.
            AlreadyPlacedError: a number is taken, or stands twice; nothing was placed.
            FileChangedError: a file changed since it was examined; nothing was placed.
        """
        in_store = self._context.in_store
        _check_signatories(signatories)
        in_store(lambda: self._check_files(sitting_id, files))
        for done, file in enumerate(files):
            path = Path(file.path)
            if progress:
                progress(done, len(files), path.name)
            keep_bytes(self._context, self._content(file), file.sha256, path.name)
        if progress:
            progress(len(files), len(files), "")
        return in_store(lambda: self._send(sitting_id, files, signatories))

    def _content(self, file: DeliberationFile) -> Path | bytes:
        """Return what is placed: the file, or the same bytes again that were made to be signed."""
        path = Path(file.path)
        if not file.rewritten:
            return path
        data = self._intake.normalised(path)
        if data is None:
            raise FileChangedError(file=path.name)
        return data

    def _check_files(self, sitting_id: str, files: Sequence[DeliberationFile]) -> None:
        dossier, placed = self._known(sitting_id)
        require(Library(self._context), dossier.assembly_id, Verb.PLACE)
        seen = set(placed)
        for file in files:
            if file.problem:
                raise NotSignableError(file=Path(file.path).name)
            if file.number in seen and file.number:
                raise AlreadyPlacedError(number=file.number)
            seen.add(file.number)

    def _send(
        self,
        sitting_id: str,
        files: Sequence[DeliberationFile],
        signatories: Sequence[Signatory],
    ) -> Changes:
        with self._context.store.transaction() as connection:
            self._check_files(sitting_id, files)
            dossier = Library(self._context).dossier(sitting_id)
            placed = tuple(_deliberation(dossier, file, signatories) for file in files)
            event = DeliberationsPlaced(event_id=ids.new_id(), at=clock.now(), deliberations=placed)
            outbox.append(connection, event, subject_id=sitting_id, sitting_id=sitting_id)
        return Changes(sittings=frozenset({sitting_id}), deliberations=True, outbox=True)


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, and those of the folders named; litter of systems left out."""
    found: list[Path] = []
    for path in paths:
        inner = sorted(path.iterdir()) if path.is_dir() else [path]
        found.extend(each for each in inner if each.is_file() and not each.name.startswith("."))
    return found


def _problem(path: Path, facts: PdfFacts) -> BoardpackError | None:
    if not facts.is_pdf or facts.problem:
        return NotPdfToSignError(file=tidy(path.name))
    return _refusal(read_file(path))


def _refusal(data: bytes) -> ActionableError | None:
    try:
        check_signable(data, SECRETARY)
    except ActionableError as error:
        return error
    return None


def _item_number(dossier: Dossier, number: str, title: str) -> int:
    """Return the agenda item that an act decides: of the same title, else of its number."""
    folded = fold(title)
    for item in dossier.items:
        if fold(item.title) == folded:
            return item.number
    if _ITEM_NUMBER.fullmatch(number) and any(i.number == int(number) for i in dossier.items):
        return int(number)
    return 0


def _check_signatories(signatories: Sequence[Signatory]) -> None:
    people_once = {each.official_id for each in signatories}
    fields_once = {each.field for each in signatories}
    fields_good = all(each.field.isascii() and each.field.isalnum() for each in signatories)
    once = len(people_once) == len(fields_once) == len(signatories)
    if not signatories or not once or not fields_good:
        raise NoSignatoryError


def _deliberation(
    dossier: Dossier, file: DeliberationFile, signatories: Sequence[Signatory]
) -> Deliberation:
    now = clock.now()
    item = next((each for each in dossier.items if each.number == file.item_number), None)
    version = DocumentVersion(
        sha256=file.sha256,
        number=1,
        size=file.size,
        media_type=PDF,
        pages=file.pages,
        pages_without_text=file.pages_without_text,
        created_at=now,
    )
    return Deliberation(
        deliberation_id=ids.new_id(),
        sitting_id=dossier.sitting_id,
        assembly_id=dossier.assembly_id,
        number=file.number,
        title=file.title,
        versions=(version,),
        steps=tuple(
            CircuitStep(each.field, each.official_id, each.quality) for each in signatories
        ),
        placed_at=now,
        item_id=item.item_id if item else None,
    )
