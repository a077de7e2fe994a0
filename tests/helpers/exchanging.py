"""Exchanges of a person with the server, in process or over HTTP, read back into records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sync.protocol import codec
from sync.protocol.messages import PROTOCOL, Answer, Event, ExchangeReply, ExchangeRequest
from sync.server.access import Person
from sync.server.exchange import exchange

EXCHANGE = "/api/v1/exchange"


def request(
    *events: Event, epoch: str = "", cursor: dict[str, int] | None = None, **facts: Any
) -> bytes:
    """Return the bytes of a request."""
    return codec.encode(
        ExchangeRequest(protocol=PROTOCOL, epoch=epoch, cursor=cursor or {}, events=events, **facts)
    )


def send(person: Person, *events: Event) -> tuple[Answer, ...]:
    """Send events and return their answers."""
    return codec.decode_reply(exchange(person, request(*events))).answers


@dataclass
class Reader:
    """What a device knows: kind and identifier → record, a cursor, every change it got."""

    person: Person
    epoch: str = ""
    cursor: dict[str, int] = field(default_factory=dict)
    records: dict[tuple[str, str], Any] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def sync(self, *events: Event) -> ExchangeReply:
        """Exchange until nothing more waits; return the first reply."""
        first = reply = self._once(*events)
        while reply.more:
            reply = self._once()
        return first

    def _once(self, *events: Event) -> ExchangeReply:
        # Roles are judged anew at every request, as the API does.
        self.person = Person(self.person.official, self.person.device)
        data = request(*events, epoch=self.epoch, cursor=self.cursor)
        reply = codec.decode_reply(exchange(self.person, data))
        for change in reply.changes:
            self.numbers.setdefault(change.feed, []).append(change.seq)
            record = codec.record_of(change)
            if record is None:
                self.records.pop((change.kind, change.record_id), None)
            else:
                self.records[change.kind, change.record_id] = record
        self.cursor, self.epoch = reply.cursor, reply.epoch
        return reply

    def of(self, kind: str) -> dict[str, Any]:
        """Return the records of a kind by identifier."""
        return {key: record for (each, key), record in self.records.items() if each == kind}
