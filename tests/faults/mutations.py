"""Protections of the program, switched off one at a time.

A fault test that still passes without the protection it is about proves nothing: each is run once
more under its mutation, and must fail then.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from boardpack.domain import ids
from boardpack.domain.transfers import Allowance
from boardpack.sealing.errors import WrongKeyError
from boardpack.sealing.segments import SealedWriter
from boardpack.store import access, changes, cursor, leaving, outbox, reconciling, sent
from boardpack.store.receiving import Receiving
from sync.client import file_line, http_transport
from sync.engine import machine, queue, schedule, turns
from sync.protocol import heads


def no_digest(patch: pytest.MonkeyPatch) -> None:
    """Take whatever bytes arrive for the file."""

    def finish(self: Receiving) -> None:
        writer = self._open_writer
        writer.finish()
        writer.sync()
        self.close()
        self.finished = True

    patch.setattr(Receiving, "finish", finish)


def no_resume(patch: pytest.MonkeyPatch) -> None:
    """Begin each file anew."""

    def refuse(*_: Any) -> Any:
        raise WrongKeyError

    patch.setattr(SealedWriter, "resume", refuse)


def no_restart(patch: pytest.MonkeyPatch) -> None:
    """Go on after the part that is here, whatever the server sends."""
    patch.setattr(Receiving, "restart", lambda _self: None)


def no_obedience(patch: pytest.MonkeyPatch) -> None:
    """Come back at once, whatever the server asks."""
    patch.setattr(schedule, "obey", lambda _seconds, _jitter: 0.0)


def no_turns(patch: pytest.MonkeyPatch) -> None:
    """Fetch at once, whatever time the server gave."""
    patch.setattr(turns.Turns, "_waits", lambda _self, _wanted: False)


def no_patience(patch: pytest.MonkeyPatch) -> None:
    """Give up at the first failure."""
    patch.setattr(machine, "PATIENCE", 0)
    patch.setattr(machine, "PATIENCE_BEFORE_CONTACT", 0)


def new_identity_each_time(patch: pytest.MonkeyPatch) -> None:
    """Send an action under another identifier each time."""
    before = outbox.by_ids

    def renamed(connection: Any, event_ids: Any) -> Any:
        rows = before(connection, event_ids)
        return tuple(
            dataclasses.replace(
                row, event=msgspec.structs.replace(row.event, event_id=ids.new_id())
            )
            for row in rows
        )

    patch.setattr(outbox, "by_ids", renamed)


def any_answer_is_the_file(patch: pytest.MonkeyPatch) -> None:
    """Believe a login page that says 200, and its bytes."""
    patch.setattr(http_transport, "_check_file", lambda _reply, _sha256: None)
    no_digest(patch)


def cursor_before_records(patch: pytest.MonkeyPatch) -> None:
    """Write the cursor of a page in a transaction of its own, before its records."""
    apply = changes.apply

    def ahead(store: Any, reply: Any, open_note: Any) -> Any:
        with store.transaction() as connection:
            cursor.save(connection, reply.epoch, reply.cursor, reply.heads)
        return apply(store, reply, open_note)

    patch.setattr(changes, "apply", ahead)


def nothing_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    """Believe that a restored server has what it once accepted."""
    patch.setattr(sent, "after", lambda *_: sent.Asked())


def a_new_epoch_begins_from_nothing(patch: pytest.MonkeyPatch) -> None:
    """Drop what the former epoch told, and receive everything anew."""
    begin = reconciling.begin

    def wipe(connection: Any, epoch: str, at: Any) -> Any:
        for assembly_id in access.granted(connection):
            leaving.leave(connection, assembly_id)
        return begin(connection, epoch, at)

    patch.setattr(reconciling, "begin", wipe)


def no_history(patch: pytest.MonkeyPatch) -> None:
    """Neither say how far this device had read, nor look where the server stands."""
    load = cursor.load
    patch.setattr(
        cursor, "load", lambda connection: dataclasses.replace(load(connection), feeds={})
    )
    patch.setattr(heads, "seal", lambda *_: "")
    patch.setattr(changes, "_require_same_history", lambda *_: None)


def nothing_makes_way(patch: pytest.MonkeyPatch) -> None:
    """Let what the person opens wait until what is under way is here."""
    patch.setattr(queue.Queue, "leaving", lambda _self, _under_way: None)


def no_timeout(patch: pytest.MonkeyPatch) -> None:
    """Wait for a silent line as long as it likes."""
    patch.setattr(file_line, "SILENCE_SECONDS", None)


def any_cost(patch: pytest.MonkeyPatch) -> None:
    """Fetch by itself whatever it costs."""
    patch.setattr(Allowance, "lets", lambda _self, _sha256, _cost: True)
