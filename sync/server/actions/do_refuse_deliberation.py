"""A signatory refuses to sign, with a reason."""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from boardpack.workflow import transitions
from boardpack.workflow.transitions import Verb
from sync.protocol import codec
from sync.protocol.messages import DeliberationRefused
from sync.server import audit, feeds, records
from sync.server.access import Person, access_deliberation
from sync.server.actions import checks
from sync.server.permission import Permission

PERMISSION: Final = Permission.SIGNATORY
MAX_REASON: Final = 4000


def do_refuse_deliberation(person: Person, event: DeliberationRefused) -> None:
    """Record the refusal; to be called in a transaction.

    Raises:
        NoAccessError, IllegalTransitionError, NotYourTurnError, StaleBaseError: not to be refused
            by this person now, or without a reason.
    """
    checks.identifier(event.deliberation_id, "deliberation_id")
    checks.text(event.reason, "reason", MAX_REASON)
    row = access_deliberation(person, event.deliberation_id, lock=True)
    deliberation = records.deliberation(row)
    step = transitions.waiting_step(
        deliberation, Verb.REFUSE, person.official.id, event.field, event.base_sha256
    )
    after = transitions.refused(deliberation, step, clock.now(), event.reason)
    row.body = codec.encode(after)
    row.save(update_fields=["body"])
    feeds.append(records.feeds_of_deliberation(after), after)
    audit.record(person, "refuse_deliberation", row.id, field=step.field)
