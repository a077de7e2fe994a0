"""Queries over dossiers: what the server has, under what waits to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier
from boardpack.store.connection import Connection, Row
from sync.protocol.codec import decode, decode_event
from sync.protocol.messages import DossierPublished


@dataclass(frozen=True)
class ProjectedDossier:
    """A dossier as shown; `waiting`: published here, not yet accepted by the server."""

    dossier: Dossier
    waiting: bool


def projected(
    connection: Connection, since: datetime | None = None, earlier: int = 0
) -> dict[str, ProjectedDossier]:
    """Return every sitting's dossier, by sitting.

    Args:
        connection: to the store.
        since: only those that start then or later, and those that wait to be sent.
        earlier: with `since`: and so many before it, the last ones.
    """
    if since is None:
        stored = connection.execute("SELECT body FROM dossiers").fetchall()
    else:
        moment = clock.stamp(since)
        stored = connection.execute(
            "SELECT body FROM dossiers WHERE starts_at >= ?", (moment,)
        ).fetchall()
        stored += connection.execute(
            "SELECT body FROM dossiers WHERE starts_at < ? ORDER BY starts_at DESC LIMIT ?",
            (moment, earlier),
        ).fetchall()
    return _project(
        stored,
        connection.execute(
            "SELECT event, state FROM outbox"
            " WHERE kind = 'dossier_published' AND state <> 'rejected' ORDER BY place"
        ).fetchall(),
    )


def one(connection: Connection, sitting_id: str) -> ProjectedDossier | None:
    """Return one sitting's dossier, None when this device has no such sitting."""
    found = _project(
        connection.execute(
            "SELECT body FROM dossiers WHERE sitting_id = ?", (sitting_id,)
        ).fetchall(),
        connection.execute(
            "SELECT event, state FROM outbox WHERE kind = 'dossier_published'"
            " AND subject_id = ? AND state <> 'rejected' ORDER BY place",
            (sitting_id,),
        ).fetchall(),
    )
    return found.get(sitting_id)


def _project(stored: list[Row], sent: list[Row]) -> dict[str, ProjectedDossier]:
    dossiers = (decode(row["body"], Dossier) for row in stored)
    found = {each.sitting_id: ProjectedDossier(each, waiting=False) for each in dossiers}
    for row in sent:
        _lay_over(found, row)
    return found


def _lay_over(found: dict[str, ProjectedDossier], row: Row) -> None:
    event = decode_event(row["event"])
    if not isinstance(event, DossierPublished):
        return
    under = found.get(event.dossier.sitting_id)
    # A colleague may have sent a newer revision since mine was accepted.
    if under is None or under.dossier.revision < event.dossier.revision:
        found[event.dossier.sitting_id] = ProjectedDossier(
            event.dossier, waiting=row["state"] == "waiting"
        )


def sitting_of_document(connection: Connection, document_id: str) -> str | None:
    """Return the sitting that a document belongs to, None when it is unknown here."""
    row = connection.execute(
        "SELECT sitting_id FROM documents WHERE document_id = ?", (document_id,)
    ).fetchone()
    if row:
        return str(row["sitting_id"])
    waiting = connection.execute(
        "SELECT event, state FROM outbox"
        " WHERE kind = 'dossier_published' AND state <> 'rejected' ORDER BY place"
    ).fetchall()
    for sitting_id, each in _project([], waiting).items():
        if any(document.document_id == document_id for document in each.dossier.documents):
            return sitting_id
    return None
