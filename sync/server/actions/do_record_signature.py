"""A signatory signed a deliberation: the server verifies before it believes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain import clock
from boardpack.domain.dossier import DocumentVersion
from boardpack.domain.refusals import BlobMissingError
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.workflow import transitions
from boardpack.workflow.transitions import Verb
from sync.protocol import codec
from sync.protocol.errors import BadEventError
from sync.protocol.messages import DeliberationSigned
from sync.server import audit, blobs, feeds, records, verification
from sync.server.access import Person, access_blobs, access_deliberation
from sync.server.actions import checks, delta_planning
from sync.server.permission import Permission
from sync.server.verification import Finding

PERMISSION: Final = Permission.SIGNATORY


@dataclass(frozen=True)
class Examined:
    """What was found about the signed file, before the transaction."""

    finding: Finding
    size: int


def examine(person: Person, event: DeliberationSigned) -> Examined:
    """Verify the signed file outside any transaction: it takes seconds, nobody shall wait.

    Raises:
        NoAccessError, IllegalTransitionError, NotYourTurnError, StaleBaseError: not to be signed
            by this person now.
        BlobMissingError: the signed file is still to be uploaded.
        AlteredDocumentError, InvalidSignatureError, WrongSignatureFieldError, WrongSignerError:
            what the verification found.
    """
    checks.identifier(event.deliberation_id, "deliberation_id")
    checks.sha256(event.signed_sha256, "signed_sha256")
    deliberation = records.deliberation(access_deliberation(person, event.deliberation_id))
    _step(person, event, deliberation)
    held = access_blobs(person, [event.signed_sha256]).get(event.signed_sha256)
    if held is None:
        raise BlobMissingError(sha256=event.signed_sha256)
    if held.size != event.size:
        raise BadEventError(what="size")
    finding = verification.examine(
        blobs.read(event.base_sha256),
        blobs.read(event.signed_sha256),
        field=event.field,
        official=person.official,
    )
    return Examined(finding, held.size)


def _step(person: Person, event: DeliberationSigned, deliberation: Deliberation) -> CircuitStep:
    return transitions.waiting_step(
        deliberation, Verb.SIGN, person.official.id, event.field, event.base_sha256
    )


def do_record_signature(person: Person, event: DeliberationSigned, examined: Examined) -> None:
    """Record the verified signature as a new version; to be called in a transaction."""
    row = access_deliberation(person, event.deliberation_id, lock=True)
    deliberation = records.deliberation(row)
    step = _step(person, event, deliberation)
    now = clock.now()
    base = deliberation.current
    version = DocumentVersion(
        sha256=event.signed_sha256,
        number=base.number + 1,
        size=examined.size,
        media_type=base.media_type,
        pages=base.pages,
        pages_without_text=base.pages_without_text,
        created_at=now,
    )
    finding = examined.finding
    after = transitions.signed(
        deliberation, step, version, now, verdict=finding.verdict, signer=finding.signer
    )
    row.body = codec.encode(after)
    row.save(update_fields=["body"])
    names = records.feeds_of_deliberation(after)
    blobs.grant([version.sha256], names)
    delta_planning.plan_version(after.versions)
    feeds.append(names, after)
    audit.record(
        person,
        "record_signature",
        row.id,
        field=step.field,
        sha256=version.sha256,
        certificate=finding.certificate_sha256,
        verdict=finding.verdict,
    )
