"""An app that never rests, to be killed at any instant.

It unlocks the profile, then exchanges, annotates, acknowledges and signs for ever. After each call
that returned, thus promised, it tells its parent: what was done and its identifier.
"""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from boardpack.annotation.note import Anchor, Box, Note, NoteKind, Quad
from boardpack.bootstrap import open_program
from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError
from boardpack.domain.ids import new_id
from boardpack.services.program import Session
from boardpack.workflow.transitions import Verb
from signing.inspection import addition  # noqa: F401 costs most of a second: before the life begins
from signing.making import gates, stages  # noqa: F401 as above
from tests.helpers.town import P12_SECRET, SECRET


class Parent:
    """The other end of the pipe: what it was told was promised to the person."""

    connection: Connection


def promise(kind: str, identifier: str) -> None:
    """Tell the parent that `kind` was acknowledged to the person."""
    Parent.connection.send((kind, identifier))


def note_on(session: Session, text: str) -> Note:
    """Return a new note on some document."""
    row = random.choice(session.reading.sittings())
    view = session.reading.sitting(row.sitting_id)
    document = random.choice([d for item in view.items for d in item.documents])
    now = clock.now()
    anchor = Anchor(0, "", (Quad.from_box(Box(72, 700, 200, 712)),))
    return Note(
        note_id=new_id(),
        document_id=document.document_id,
        version_sha256=document.versions[0].sha256,
        sitting_id=row.sitting_id,
        kind=NoteKind.NOTE,
        author_id=session.me.official_id,
        created=now,
        modified=now,
        colour="yellow",
        width=0.0,
        anchor=anchor,
        text=text,
    )


def annotate(session: Session, number: int) -> None:
    """Write a note, then change it."""
    note = note_on(session, f"première idée {number}")
    session.notes.save(note)
    promise("note", note.note_id)
    session.notes.save(replace(note, text=f"seconde idée {number}", modified=clock.now()))
    promise("changed", note.note_id)


def acknowledge(session: Session) -> None:
    """Acknowledge whatever waits for it."""
    for row in session.reading.sittings():
        if row.acknowledged_at is None and Verb.ACKNOWLEDGE in row.abilities:
            session.reading.acknowledge(row.sitting_id)
            promise("acknowledged", row.sitting_id)


def sign(store: ThreadPoolExecutor, session: Session, p12: bytes) -> None:
    """Sign the next deliberation that waits for me, beside the store's thread."""
    for row in store.submit(session.signing.inbox).result():
        if Verb.SIGN in row.abilities and row.available:
            act = row.deliberation_id
            document = store.submit(session.signing.open_for_reading, act).result()
            session.signing.sign(act, document.sha256, p12, P12_SECRET.encode())
            promise("signed", act)
            return


def work(connection: Connection, profile: Path, p12: bytes) -> None:
    """Be busy until killed; as in the window, the network works beside the store."""
    Parent.connection = connection
    store = ThreadPoolExecutor(1)
    program = open_program(profile, in_store=lambda step: store.submit(step).result())
    session = store.submit(lambda: program.unlock(SECRET)).result()
    promise("open", "-")
    network = ThreadPoolExecutor(1)
    exchange = network.submit(session.synchronizing.sync_once)
    for number in itertools.count():
        if exchange.done():
            exchange.result()
            promise("exchanged", "-")
            exchange = network.submit(session.synchronizing.sync_once)
        store.submit(annotate, session, number).result()
        store.submit(acknowledge, session).result()
        try:
            sign(store, session, p12)
        except BoardpackError as error:
            # The exchange may have brought another state between reading and signing.
            promise("refused", error.code)
