"""Signing: read, sign or refuse deliberations, offline.

`certificate`, `sign` and `verify_files` take a while: network lane; their store steps go through
`Context.in_store`. The others are short: store lane.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from boardpack.annotation.text import fold
from boardpack.domain import clock, ids
from boardpack.domain.signature import CircuitState, CircuitStep, Deliberation
from boardpack.services.changes import Changes
from boardpack.services.circuits import deliberation_row
from boardpack.services.context import Context
from boardpack.services.errors import (
    DamagedDeliberationError,
    DeliberationUnknownError,
    DocumentNotHereError,
    NoReasonError,
)
from boardpack.services.library import Library
from boardpack.services.read_models import DeliberationRow, OpenDocument, Position
from boardpack.services.reading import handle_of
from boardpack.services.signing_models import CertificateView, FileVerdict
from boardpack.services.verifying import verify_file
from boardpack.store import deliberations, outbox, people, positions
from boardpack.store.deliberations import ProjectedDeliberation, SigningJob
from boardpack.store.errors import BlobAbsentError, DamagedBlobError
from boardpack.workflow.transitions import NotYourTurnError, Verb, waiting_step
from signing import certificates, pades
from signing.diff import only_added
from signing.errors import DamagedPreparationError, SelfCheckError
from signing.ports import Signer
from signing.prepared import PreparedSignature
from sync.protocol.messages import DeliberationRefused, DeliberationSigned

#: An interrupted signature is gone on with for so long; its claimed time must stay about true.
JOB_LIVES: Final = timedelta(hours=1)


class Stage(StrEnum):
    """How far a signature is."""

    PREPARING = "preparing"
    SIGNING = "signing"
    CHECKING = "checking"
    KEEPING = "keeping"


#: Called when a stage begins.
Progress = Callable[[Stage], None]


class ClosingSigner(Signer, Protocol):
    """A key in memory that can be forgotten."""

    def close(self) -> None:
        """Forget the key."""


#: Opens a certificate file with its passphrase; chosen by `boardpack.bootstrap`.
OpenKey = Callable[[bytes, bytes], ClosingSigner]


@dataclass(frozen=True)
class _Turn:
    """What is to be signed now, with its bytes."""

    deliberation: Deliberation
    step: CircuitStep
    pdf: bytes
    job: SigningJob | None


class SigningService:
    """What a signatory does. A job is kept between stages: a killed app continues it."""

    def __init__(self, context: Context, open_key: OpenKey) -> None:
        """Work on this profile; `open_key` makes a signer of a certificate file."""
        self._context = context
        self._open_key = open_key

    # Reading.

    def inbox(self) -> tuple[DeliberationRow, ...]:
        """Return deliberations of my circuits: mine to sign now first, then the open ones."""
        library = Library(self._context)
        me = self._context.official_id
        rows = [
            deliberation_row(library, each)
            for each in deliberations.projected(self._context.store.connection)
            if any(step.official_id == me for step in each.deliberation.steps)
        ]
        return tuple(sorted(rows, key=_inbox_order))

    def pending(self) -> tuple[DeliberationRow, ...]:
        """Return deliberations whose signature was interrupted: signing again goes on with it."""
        library = Library(self._context)
        found = (
            deliberations.one(self._context.store.connection, job.deliberation_id)
            for job in deliberations.jobs(self._context.store.connection)
        )
        return tuple(deliberation_row(library, each) for each in found if each)

    def deliberation(self, deliberation_id: str) -> DeliberationRow:
        """Return one deliberation.

        Raises:
            DeliberationUnknownError: this device has no such one.
        """
        found = self._one(deliberation_id)
        return deliberation_row(Library(self._context), found)

    def _one(self, deliberation_id: str) -> ProjectedDeliberation:
        found = deliberations.one(self._context.store.connection, deliberation_id)
        if found is None:
            raise DeliberationUnknownError
        return found

    def open_for_reading(self, deliberation_id: str) -> OpenDocument:
        """Return what is needed to show the version in force; `sha256` is what one then signs.

        Raises:
            DeliberationUnknownError: this device has no such one.
            DocumentNotHereError: its bytes have not been received yet.
        """
        row = self.deliberation(deliberation_id)
        found = self._one(deliberation_id).deliberation
        if not row.available:
            raise DocumentNotHereError(title=found.title)
        stored = positions.one(self._context.store.connection, deliberation_id)
        return OpenDocument(
            document_id=deliberation_id,
            sitting_id=found.sitting_id,
            sha256=found.current.sha256,
            title=found.title,
            item_label=found.number,
            item_title="",
            media_type=found.current.media_type,
            handle=handle_of(self._context, found.current.sha256),
            pages=found.current.pages,
            position=Position(stored.page, stored.top, stored.zoom) if stored else None,
            previous_document_id=None,
            next_document_id=None,
            is_current=True,
            newer_sha256="",
            newly_modified=False,
            version_number=found.current.number,
            abilities=row.abilities,
        )

    # Signing.

    def certificate(self, p12: bytes, passphrase: bytes) -> CertificateView:
        """Return whose certificate it is, to be shown before signing.

        Raises:
            SigningKeyError: of the kind that says why it cannot sign.
        """
        with closing(self._open_key(p12, passphrase)) as signer:
            facts = certificates.facts(signer.certificate)
        official_id = self._context.official_id
        me = self._context.in_store(
            lambda: people.officials(self._context.store.connection).get(official_id)
        )
        named = fold(f"{facts.given_name} {facts.surname}".strip() or facts.name)
        return CertificateView(
            name=facts.name,
            issuer=facts.issuer,
            not_before=facts.not_before,
            not_after=facts.not_after,
            sha256=facts.sha256,
            is_mine=me is not None and fold(me.name) == named,
        )

    def sign(
        self,
        deliberation_id: str,
        read_sha256: str,
        p12: bytes,
        passphrase: bytes,
        progress: Progress | None = None,
    ) -> Changes:
        """Sign the version that was read; put the signature in the outbox.

        Args:
            deliberation_id: which one.
            read_sha256: `OpenDocument.sha256` of what the person read.
            p12: bytes of the certificate file.
            passphrase: of the certificate file; never kept.
            progress: called when a stage begins.

        Raises:
            DeliberationUnknownError, IllegalTransitionError, NotYourTurnError: it cannot be signed.
            StaleBaseError: the version in force is not the one that was read.
            DocumentNotHereError, DamagedDeliberationError: its bytes.
            SigningInputError, SigningKeyError: the document or the key refuses.
            SelfCheckError: our own verification refused the result; nothing was recorded.
        """
        tell = progress or _silent
        in_store = self._context.in_store
        turn = in_store(lambda: self._turn(deliberation_id, read_sha256))
        with closing(self._open_key(p12, passphrase)) as signer:
            tell(Stage.PREPARING)
            prepared = self._prepared(turn, signer)
            tell(Stage.SIGNING)
            value = signer.sign_raw(prepared.signed_attributes)
        tell(Stage.CHECKING)
        signed = pades.finish(prepared, value)
        if not only_added(turn.pdf, signed):
            raise SelfCheckError(field=turn.step.field)
        tell(Stage.KEEPING)
        return in_store(lambda: self._record(turn, signed))

    def _turn(self, deliberation_id: str, read_sha256: str) -> _Turn:
        """Check that it is this person's turn to sign the version they read."""
        deliberation = self._one(deliberation_id).deliberation
        step = self._my_step(deliberation, Verb.SIGN, read_sha256)
        job = deliberations.job(self._context.store.connection, deliberation_id)
        return _Turn(deliberation, step, self._bytes(deliberation), job)

    def _my_step(self, deliberation: Deliberation, verb: Verb, read_sha256: str) -> CircuitStep:
        me = self._context.official_id
        waiting = deliberation.next_step
        field = waiting.field if waiting else ""
        return waiting_step(deliberation, verb, me, field, read_sha256)

    def _bytes(self, deliberation: Deliberation) -> bytes:
        sha256 = deliberation.current.sha256
        try:
            pdf = self._context.blobs.read(sha256)
        except BlobAbsentError as error:
            raise DocumentNotHereError(title=deliberation.title) from error
        except DamagedBlobError as error:
            raise DamagedDeliberationError(number=deliberation.number) from error
        if hashlib.sha256(pdf).hexdigest() != sha256:
            self._context.blobs.give_up(sha256)
            raise DamagedDeliberationError(number=deliberation.number)
        return pdf

    def _prepared(self, turn: _Turn, signer: Signer) -> PreparedSignature:
        """Go on with the job that was kept, or prepare and keep a new one."""
        kept = _resumed(turn, signer)
        if kept is not None:
            return kept
        now = clock.now()
        prepared = pades.prepare(
            turn.pdf,
            turn.step.field,
            signer_certificate=signer.certificate,
            other_certificates=signer.other_certificates,
            moment=now,
            order=tuple(step.field for step in turn.deliberation.steps),
        )
        job = SigningJob(
            deliberation_id=turn.deliberation.deliberation_id,
            field=turn.step.field,
            base_sha256=turn.deliberation.current.sha256,
            prepared=prepared.to_bytes(),
            at=now,
        )
        self._context.in_store(lambda: self._keep_job(job))
        return prepared

    def _keep_job(self, job: SigningJob) -> None:
        with self._context.store.transaction() as connection:
            deliberations.keep_job(connection, job)

    def _record(self, turn: _Turn, signed: bytes) -> Changes:
        """Keep the signed bytes, tell the server, close the job: all or nothing."""
        deliberation_id = turn.deliberation.deliberation_id
        base_sha256 = turn.deliberation.current.sha256
        with self._context.store.transaction() as connection:
            # An exchange may have brought another state while the key was at work.
            deliberation = self._one(deliberation_id).deliberation
            step = self._my_step(deliberation, Verb.SIGN, base_sha256)
            if step.field != turn.step.field:
                raise NotYourTurnError(field=turn.step.field, waiting_for=step.quality)
            event = DeliberationSigned(
                event_id=ids.new_id(),
                at=clock.now(),
                deliberation_id=deliberation_id,
                field=step.field,
                base_sha256=base_sha256,
                signed_sha256=hashlib.sha256(signed).hexdigest(),
                size=len(signed),
            )
            self._context.blobs.keep(signed, event.signed_sha256)
            outbox.append(
                connection,
                event,
                subject_id=deliberation_id,
                sitting_id=deliberation.sitting_id,
            )
            deliberations.close_job(connection, deliberation_id)
        return Changes(deliberations=True, outbox=True)

    def refuse(self, deliberation_id: str, read_sha256: str, reason: str) -> Changes:
        """Refuse to sign, with a reason.

        Raises:
            DeliberationUnknownError, IllegalTransitionError, NotYourTurnError, StaleBaseError: as
                for `sign`.
            NoReasonError: the reason is empty.
        """
        if not reason.strip():
            raise NoReasonError
        with self._context.store.transaction() as connection:
            deliberation = self._one(deliberation_id).deliberation
            step = self._my_step(deliberation, Verb.REFUSE, read_sha256)
            event = DeliberationRefused(
                event_id=ids.new_id(),
                at=clock.now(),
                deliberation_id=deliberation_id,
                field=step.field,
                base_sha256=read_sha256,
                reason=reason.strip(),
            )
            outbox.append(
                connection,
                event,
                subject_id=deliberation_id,
                sitting_id=deliberation.sitting_id,
            )
            deliberations.close_job(connection, deliberation_id)
        return Changes(deliberations=True, outbox=True)

    # Verifying.

    def verify_files(
        self, paths: Sequence[Path], roots: Sequence[bytes] = ()
    ) -> tuple[FileVerdict, ...]:
        """Verify PDFs; without `roots` (PEM or DER) nobody vouches for the names in them.

        Raises:
            CannotReadError: the system refuses a file.
            RootsUnreadableError: a root is no certificate.
        """
        return tuple(verify_file(path, roots) for path in paths)


def _silent(_stage: Stage) -> None:
    """Tell nobody."""


def _inbox_order(row: DeliberationRow) -> tuple[bool, bool, float, str]:
    mine = Verb.SIGN in row.abilities
    return not mine, row.state is not CircuitState.OPEN, -row.starts_at.timestamp(), row.number


def _resumed(turn: _Turn, signer: Signer) -> PreparedSignature | None:
    """Return what was prepared before, if it is of this version, field, key and hour."""
    job = turn.job
    if job is None or clock.now() - job.at > JOB_LIVES:
        return None
    if (job.field, job.base_sha256) != (turn.step.field, turn.deliberation.current.sha256):
        return None
    try:
        prepared = PreparedSignature.from_bytes(job.prepared)
    except DamagedPreparationError:
        return None
    same = prepared.certificate == signer.certificate and prepared.base_sha256 == job.base_sha256
    return prepared if same else None
