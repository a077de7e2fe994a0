"""Queries over deliberations: what the server has, under what waits to be sent; signing jobs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from boardpack.domain import clock
from boardpack.domain.signature import Deliberation
from boardpack.store.connection import Connection, Row
from boardpack.workflow import transitions
from sync.protocol.codec import decode, decode_event
from sync.protocol.messages import (
    DeliberationRefused,
    DeliberationSigned,
    DeliberationsPlaced,
    Event,
)


@dataclass(frozen=True)
class ProjectedDeliberation:
    """A deliberation as shown; `waiting`: something done here is not yet on the server."""

    deliberation: Deliberation
    waiting: bool


def projected(
    connection: Connection, sitting_id: str | None = None
) -> tuple[ProjectedDeliberation, ...]:
    """Return deliberations, of one sitting or of all, by sitting and number."""
    rows = connection.execute(
        "SELECT body FROM deliberations WHERE ? IS NULL OR sitting_id = ?", (sitting_id, sitting_id)
    ).fetchall()
    found = _project(connection, rows)
    return tuple(
        each
        for each in sorted(
            found.values(), key=lambda each: (each.deliberation.sitting_id, _number(each))
        )
        if sitting_id in (None, each.deliberation.sitting_id)
    )


def one(connection: Connection, deliberation_id: str) -> ProjectedDeliberation | None:
    """Return one deliberation, None when it is unknown here."""
    rows = connection.execute(
        "SELECT body FROM deliberations WHERE deliberation_id = ?", (deliberation_id,)
    ).fetchall()
    return _project(connection, rows).get(deliberation_id)


def _project(connection: Connection, rows: list[Row]) -> dict[str, ProjectedDeliberation]:
    """Lay what waits to be sent over what the server told."""
    found = {
        each.deliberation_id: ProjectedDeliberation(each, waiting=False)
        for each in (decode(row["body"], Deliberation) for row in rows)
    }
    sent = connection.execute(
        "SELECT event, state FROM outbox WHERE state <> 'rejected' AND kind IN"
        " ('deliberations_placed', 'deliberation_signed', 'deliberation_refused')"
        " ORDER BY place"
    ).fetchall()
    for row in sent:
        _lay_over(found, decode_event(row["event"]), waiting=row["state"] == "waiting")
    return found


def _number(each: ProjectedDeliberation) -> tuple[str, str]:
    return each.deliberation.number, each.deliberation.deliberation_id


def _lay_over(found: dict[str, ProjectedDeliberation], event: Event, *, waiting: bool) -> None:
    match event:
        case DeliberationsPlaced(deliberations=placed):
            for each in placed:
                found.setdefault(each.deliberation_id, ProjectedDeliberation(each, waiting))
        case DeliberationSigned() | DeliberationRefused():
            under = found.get(event.deliberation_id)
            if under is not None and _is_next(under.deliberation, event):
                done = _after(under.deliberation, event)
                found[event.deliberation_id] = ProjectedDeliberation(done, waiting or under.waiting)
        case _:
            return


def _is_next(deliberation: Deliberation, event: DeliberationSigned | DeliberationRefused) -> bool:
    """Whether the server state does not show this event yet."""
    step = deliberation.next_step
    return (
        step is not None
        and step.field == event.field
        and deliberation.current.sha256 == event.base_sha256
    )


def _after(
    deliberation: Deliberation, event: DeliberationSigned | DeliberationRefused
) -> Deliberation:
    step = deliberation.next_step
    if step is None:
        return deliberation
    if isinstance(event, DeliberationRefused):
        return transitions.refused(deliberation, step, event.at, event.reason)
    version = replace(
        deliberation.current,
        sha256=event.signed_sha256,
        number=deliberation.current.number + 1,
        size=event.size,
        created_at=event.at,
    )
    return transitions.signed(deliberation, step, version, event.at)


@dataclass(frozen=True)
class SigningJob:
    """A signature under way; `prepared` is what `signing` needs to go on with it."""

    deliberation_id: str
    field: str
    base_sha256: str
    prepared: bytes
    at: datetime


def keep_job(connection: Connection, job: SigningJob) -> None:
    """Keep a job; one for each deliberation."""
    connection.execute(
        "INSERT OR REPLACE INTO signing_jobs (deliberation_id, field, base_sha256, prepared, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (job.deliberation_id, job.field, job.base_sha256, job.prepared, clock.stamp(job.at)),
    )


def job(connection: Connection, deliberation_id: str) -> SigningJob | None:
    """Return the job of a deliberation, None when none is under way."""
    row = connection.execute(
        "SELECT * FROM signing_jobs WHERE deliberation_id = ?", (deliberation_id,)
    ).fetchone()
    return _job(row) if row else None


def jobs(connection: Connection) -> tuple[SigningJob, ...]:
    """Return the jobs under way, oldest first."""
    return tuple(_job(row) for row in connection.execute("SELECT * FROM signing_jobs ORDER BY at"))


def close_job(connection: Connection, deliberation_id: str) -> None:
    """Forget the job of a deliberation; none is no error."""
    connection.execute("DELETE FROM signing_jobs WHERE deliberation_id = ?", (deliberation_id,))


def _job(row: Row) -> SigningJob:
    return SigningJob(
        deliberation_id=row["deliberation_id"],
        field=row["field"],
        base_sha256=row["base_sha256"],
        prepared=bytes(row["prepared"]),
        at=clock.parse(row["at"]),
    )
