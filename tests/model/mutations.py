"""Protections of the program, switched off one at a time: the model must not hold then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from boardpack.annotation import codec, merge
from boardpack.services.own_keys import OwnKeys
from boardpack.store import sent
from sync.protocol.messages import assembly_feed, official_feed
from sync.server import exchange
from sync.server.access import Person
from sync.server.actions import do_keep_note
from sync.server.models import AppliedEvent, Assembly, NoteVersion
from tests.faults.mutations import cursor_before_records, no_digest


def an_act_counts_each_time(patch: pytest.MonkeyPatch) -> None:
    """Let the server forget what it answered."""
    keep = exchange._keep

    def again(person: Any, event: Any, answer: Any) -> None:
        AppliedEvent.objects.filter(event_id=answer.event_id).delete()
        keep(person, event, answer)

    patch.setattr(exchange, "_known", lambda _person, _event_id: None)
    patch.setattr(exchange, "_keep", again)


def the_last_state_wins(patch: pytest.MonkeyPatch) -> None:
    """Let the server keep the state of a note that came last, whatever its device had seen."""
    check = do_keep_note._check

    def hasty(event: Any) -> None:
        check(event)
        NoteVersion.objects.filter(note__note_id=event.note_id).delete()

    patch.setattr(do_keep_note, "_check", hasty)


def the_newest_text_wins(patch: pytest.MonkeyPatch) -> None:
    """Let devices keep one text of two that were written at the same time."""

    def newest(one: Any, other: Any) -> Any:
        return max(one.texts, other.texts), merge.join(one.seen, other.seen)

    patch.setattr(merge, "_texts", newest)


def notes_are_not_sealed(patch: pytest.MonkeyPatch) -> None:
    """Let notes leave the device as they are."""
    patch.setattr(OwnKeys, "seal", lambda _self, content, _recipients=(): content)
    patch.setattr(OwnKeys, "open_note", lambda _self, content: codec.decode(content))


def everybody_reads_everything(patch: pytest.MonkeyPatch) -> None:
    """Let the server give every assembly's feed to everybody."""

    def feeds(person: Person) -> tuple[str, ...]:
        assemblies = Assembly.objects.values_list("id", flat=True)
        return (official_feed(person.official.id), *map(assembly_feed, sorted(assemblies)))

    patch.setattr(Person, "feeds", property(feeds))


def what_is_refused_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Let a refused action go without a word."""
    settle = sent.settle

    def thorough(connection: Any, at: Any) -> int:
        connection.execute("DELETE FROM outbox WHERE state = 'rejected'")
        return settle(connection, at)

    patch.setattr(sent, "settle", thorough)


ALL: Final[list[Callable[[pytest.MonkeyPatch], None]]] = [
    an_act_counts_each_time,
    the_last_state_wins,
    the_newest_text_wins,
    notes_are_not_sealed,
    everybody_reads_everything,
    what_is_refused_is_forgotten,
    cursor_before_records,
    no_digest,
]
