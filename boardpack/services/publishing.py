"""Publishing: a folder of files becomes a sitting, is corrected and sent.

`examine`, `publish`, `examine_deliberations` and `place` read files and ask the PDF worker: call
them on the network lane; their store steps go through `Context.in_store`. The others are short:
store lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier, Telling
from boardpack.messages import _
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services import sitting_toml
from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.services.draft import Draft, DraftFile
from boardpack.services.draft_models import (
    Corrections,
    DeliberationFile,
    DraftRow,
    DraftView,
    PersonRow,
    Signatory,
)
from boardpack.services.drafting import Drafting
from boardpack.services.errors import (
    AlreadyToldError,
    DraftBlockedError,
    DraftIncompleteError,
    DraftUnknownError,
    FileChangedError,
    FolderEmptyError,
    FolderUnreadableError,
    NothingToSendError,
)
from boardpack.services.files import read_file
from boardpack.services.intake import Intake, Progress, keep_bytes, source_of
from boardpack.services.library import Library
from boardpack.services.placing import DeliberationPlacing
from boardpack.services.plan import make_plan
from boardpack.services.push_folder import SITTING_FILE, files_of
from boardpack.services.read_models import AssemblyBadge
from boardpack.services.revise import revise
from boardpack.services.secretariat import (
    assembly_called,
    assembly_rows,
    my_assemblies,
    person_rows,
    require,
)
from boardpack.services.sitting_toml import SittingWords
from boardpack.store import outbox
from boardpack.workflow import transitions
from boardpack.workflow.transitions import DossierState, Verb
from sync.protocol.messages import DossierCalledBack, DossierPublished, DossierReleased

_STEP: Final = {
    False: (DossierState.DRAFT, Verb.PUBLISH),
    True: (DossierState.SENT, Verb.CORRECT),
}


class PublishingService:
    """What a secretariat does before and at sending, and after the sitting to get signatures."""

    def __init__(self, context: Context, worker: PdfWorker) -> None:
        """Work on this profile; `worker` examines PDFs."""
        self._context = context
        self._intake = Intake(worker)
        self._placing = DeliberationPlacing(context, self._intake)

    def assemblies(self) -> tuple[AssemblyBadge, ...]:
        """Return the assemblies that the person may publish for."""
        return assembly_rows(Library(self._context))

    def people(self, assembly_id: str) -> tuple[PersonRow, ...]:
        """Return the members of an assembly: who presides first, then by name."""
        return person_rows(self._context, assembly_id)

    # Drafts.

    def examine(  # noqa: PLR0913 all but the folder have a default
        self,
        folder: Path | Sequence[Path],
        assembly_id: str | None = None,
        progress: Progress | None = None,
        *,
        sitting_id: str = "",
        as_new: bool = False,
        corrections: Corrections | None = None,
        keep: bool = True,
    ) -> DraftView:
        """Understand a push folder (or dropped files), keep it as a draft, return the report.

        Args:
            folder: the folder, or files dropped one by one.
            assembly_id: overrides what `sitting.toml` says: identifier, short name or name.
            progress: called before each file, then once when all is done.
            sitting_id: the sitting that this corrects; else it is found by folder, or by assembly
                and time.
            as_new: it is of no sitting sent before.
            corrections: what the person says at once; they win over the folder.
            keep: False only looks: no draft is kept.

        Raises:
            NoSecretariatError: the person prepares sittings of no assembly.
            FolderUnreadableError, FolderEmptyError, TooManyFilesError, CannotReadError: the files.
            SittingFileSyntaxError, SittingFileKeyError, SittingFileValueError: `sitting.toml`.
            AssemblyUnknownError: no assembly of that name.
            SittingUnknownError: `sitting_id` names none of this device.
        """
        found = files_of(folder)
        words = _words(found)
        in_store = self._context.in_store
        mine = in_store(lambda: my_assemblies(Library(self._context)))
        assembly = assembly_called(mine, assembly_id or words.assembly)
        root, dropped = source_of(folder)
        draft = Draft(
            sitting_id="",
            folder=root,
            dropped=dropped,
            files=self._intake.examine(found, progress),
            words=words,
            assembly_id=assembly.assembly_id if assembly else "",
            as_new=as_new,
        )
        return in_store(lambda: self._begin(draft, sitting_id, corrections, keep=keep))

    def _begin(
        self, draft: Draft, sitting_id: str, corrections: Corrections | None, *, keep: bool
    ) -> DraftView:
        drafting = Drafting(self._context)
        begun = drafting.begin(draft, sitting_id, corrections or Corrections())
        return drafting.keep(begun) if keep else drafting.view(begun)

    def drafts(self) -> tuple[DraftRow, ...]:
        """Return the drafts not sent yet, the last touched first."""
        return Drafting(self._context).every()

    def draft(self, sitting_id: str) -> DraftView:
        """Return a draft as it stands.

        Raises:
            DraftUnknownError: it was discarded.
        """
        drafting = Drafting(self._context)
        return drafting.view(drafting.one(sitting_id))

    def adjust(self, draft: DraftView, corrections: Corrections) -> DraftView:
        """Apply what the person corrected; kept at once.

        Raises:
            DraftUnknownError: it was discarded.
        """
        return Drafting(self._context).adjust(draft.sitting_id, corrections)

    def discard(self, sitting_id: str) -> Changes:
        """Forget a draft; the files in the folder are not touched."""
        Drafting(self._context).drop(sitting_id)
        return Changes(sittings=frozenset({sitting_id}))

    # Sending.

    def publish(
        self,
        draft: DraftView,
        progress: Progress | None = None,
        not_before: datetime | None = None,
    ) -> Changes:
        """Keep the bytes in the store and put the new revision in the outbox.

        Args:
            draft: as last shown; what is sent is the draft as kept.
            progress: called before each file, then once when all is done.
            not_before: when the server tells the readers; None: as soon as it has the files. One
                without zone is that hour in the town. Only while readers know nothing of it.

        Raises:
            DraftUnknownError: it was discarded.
            AlreadyToldError: readers know of the sitting: a correction goes to them at once.
            NotAllowedError: the person is not of that secretariat any more.
            DraftIncompleteError, DraftBlockedError: something is missing, or a file is blocking.
            NothingToSendError: nothing differs from what was sent.
            FolderUnreadableError, FileChangedError: files changed since they were examined.
            DiskFullError: no room for the files.
        """
        in_store = self._context.in_store
        kept = in_store(lambda: self._sendable(draft.sitting_id, not_before))
        for done, (file, path) in enumerate(kept.items()):
            if progress:
                progress(done, len(kept), file.path)
            keep_bytes(self._context, path, file.sha256, file.path)
        if progress:
            progress(len(kept), len(kept), "")
        return in_store(lambda: self._send(draft.sitting_id, not_before))

    def _sendable(self, sitting_id: str, not_before: datetime | None) -> dict[DraftFile, Path]:
        """Check that the draft can be sent; return the files whose bytes the store lacks."""
        drafting = Drafting(self._context)
        draft = drafting.one(sitting_id)
        self._check(drafting, draft, not_before)
        plan = make_plan(draft, drafting.base(draft))
        wanted = [each.file for each in plan.files if each.change in {"new", "changed"}]
        missing = [each for each in wanted if not self._context.blobs.has(each.sha256)]
        paths = _paths(draft)
        for file in missing:
            if file.path not in paths:
                raise FileChangedError(file=file.path)
        return {file: paths[file.path] for file in missing}

    def _check(self, drafting: Drafting, draft: Draft, not_before: datetime | None) -> None:
        view = drafting.view(draft)
        if view.missing:
            raise DraftIncompleteError(what=", ".join(missing_words(view.missing)))
        state, verb = _STEP[view.already_sent]
        require(drafting.library, view.assembly_id, verb, state)
        transitions.move_dossier(state, verb)
        blocking = [file.path for file in view.sent_files if file.blocking]
        if blocking:
            raise DraftBlockedError(files=", ".join(blocking))
        base = drafting.base(draft)
        if not_before is not None and base is not None and base.telling is Telling.TOLD:
            raise AlreadyToldError
        same = base is None or base.not_before == not_before
        if not view.changes and same and not (base and base.telling is Telling.CALLED_BACK):
            raise NothingToSendError

    def _send(self, sitting_id: str, not_before: datetime | None) -> Changes:
        with self._context.store.transaction() as connection:
            drafting = Drafting(self._context)
            draft = drafting.one(sitting_id)
            self._check(drafting, draft, not_before)
            head, base = drafting.header(draft), drafting.base(draft)
            if head is None:
                raise DraftUnknownError
            now = clock.now()
            revised = revise(head, make_plan(draft, base), base, now)
            instant = _in_town(drafting.library, revised, not_before)
            telling = Telling.WAITS if instant else Telling.TOLD
            dossier = replace(revised, not_before=instant, telling=telling)
            event = DossierPublished(
                event_id=ids.new_id(),
                at=now,
                dossier=dossier,
                previous=base.manifest_sha256() if base else "",
            )
            outbox.append(connection, event, subject_id=sitting_id, sitting_id=sitting_id)
            # What was taken out once is no standing order for the next push of this folder.
            said = replace(draft.corrections, withdraw=None)
            drafting.keep(replace(draft, corrections=said, sent=True))
        documents = frozenset(each.document_id for each in dossier.documents)
        return Changes(sittings=frozenset({sitting_id}), documents=documents, outbox=True)

    def tell_now(self, sitting_id: str) -> Changes:
        """Have members told at once of a sitting that waits for its instant.

        Raises:
            SittingUnknownError, NotAllowedError: not of this device, or not this person's office.
            AlreadyToldError: members know of it.
        """
        return self._change_telling(sitting_id, DossierReleased)

    def call_back(self, sitting_id: str) -> Changes:
        """Take back a sitting that members were not told of; sent again, it counts again.

        Raises: as `tell_now`.
        """
        return self._change_telling(sitting_id, DossierCalledBack)

    def _change_telling(
        self, sitting_id: str, kind: type[DossierReleased | DossierCalledBack]
    ) -> Changes:
        with self._context.store.transaction() as connection:
            library = Library(self._context)
            dossier = library.dossier(sitting_id)
            require(library, dossier.assembly_id, Verb.CORRECT, DossierState.SENT)
            if dossier.telling is Telling.TOLD:
                raise AlreadyToldError
            event = kind(
                event_id=ids.new_id(),
                at=clock.now(),
                sitting_id=sitting_id,
                revision=dossier.revision,
            )
            outbox.append(connection, event, subject_id=sitting_id, sitting_id=sitting_id)
        return Changes(sittings=frozenset({sitting_id}), outbox=True)

    # Deliberations to be signed.

    def examine_deliberations(
        self, sitting_id: str, paths: Sequence[Path], progress: Progress | None = None
    ) -> tuple[DeliberationFile, ...]:
        """Understand PDFs to be signed; see `placing`."""
        return self._placing.examine(sitting_id, paths, progress)

    def signatories(self, sitting_id: str, secretary_id: str = "") -> tuple[Signatory, ...]:
        """Return the usual signatories in order: who presides, then the sitting secretary."""
        return self._placing.signatories(sitting_id, secretary_id)

    def place(
        self,
        sitting_id: str,
        deliberations: Sequence[DeliberationFile],
        signatories: Sequence[Signatory],
        progress: Progress | None = None,
    ) -> Changes:
        """Put deliberations in the outbox, to be signed in this order; see `placing`."""
        return self._placing.place(sitting_id, deliberations, signatories, progress)


def _in_town(library: Library, dossier: Dossier, moment: datetime | None) -> datetime | None:
    """Return an instant; one without zone is that hour at the assembly."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=library.local(clock.now(), dossier.assembly_id).tzinfo)


def missing_words(missing: Sequence[str]) -> list[str]:
    """Return what is missing from a draft (`DraftView.missing`) in words."""
    words = {
        "assembly": _("the assembly"),
        "date": _("date and time"),
        "place": _("the place"),
        "title": _("the title"),
        "convocation": _("the convocation"),
        "items": _("agenda items"),
        "item_titles": _("titles of agenda items"),
    }
    return [words[each] for each in missing]


def _words(found: dict[str, Path]) -> SittingWords:
    path = next((path for name, path in found.items() if name.casefold() == SITTING_FILE), None)
    return sitting_toml.read(read_file(path)) if path else SittingWords()


def _paths(draft: Draft) -> dict[str, Path]:
    """Find the draft's files again, by the same names."""
    try:
        return files_of(draft.source)
    except (FolderUnreadableError, FolderEmptyError):
        return {}
