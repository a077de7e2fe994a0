"""Two devices of one person with one identity; the server lets one of them in at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from boardpack.domain import clock
from boardpack.services.own_keys import OwnKeys
from boardpack.store import meta
from boardpack.store.changes import apply
from sync.protocol.codec import decode_reply
from sync.protocol.messages import Answer, ExchangeReply
from sync.server.exchange import exchange
from sync.server.models import Device, Official
from tests.helpers.devices import SimulatedDevice
from tests.helpers.exchanging import request


@dataclass
class Pair:
    """`a` is the former device, `b` the one that replaces it."""

    a: SimulatedDevice
    b: SimulatedDevice

    def enrol(self) -> None:
        """Enrol both, and give the second the identity of the first."""
        self.a.enrol(name="Ancienne")
        self.b.enrol(replace=True)
        former, account = meta.enrolled(self.a.connection), meta.enrolled(self.b.connection)
        assert former is not None
        assert account is not None
        with self.b.store.transaction() as connection:
            same = replace(account, identity=former.identity, recipient=former.recipient)
            meta.save_enrolled(connection, same)
        Official.objects.filter(id=former.official_id).update(recipient=former.recipient)
        self.b.restart()

    def exchange(self, order: str, *, refused: int = 0) -> None:
        """Let the named devices exchange, one after the other."""
        for name in order:
            device = self.a if name == "a" else self.b
            self._let_in(device)
            report = device.sync()
            assert (report.code, report.rejected) == ("", refused), report

    def server_says_not_now(self, device: SimulatedDevice) -> ExchangeReply:
        """Give the device the server's changes, and "not now" for what it sends."""
        account = self._let_in(device)
        person = device.server.person(device.official)
        told = decode_reply(exchange(person, request()))
        answers = tuple(
            Answer(row["event_id"], accepted=False, code="server.storage_full")
            for row in device.connection.execute("SELECT event_id FROM outbox")
        )
        reply = ExchangeReply(
            protocol=told.protocol,
            epoch=told.epoch,
            server_time=clock.now(),
            answers=answers,
            changes=told.changes,
            cursor=told.cursor,
            more=told.more,
        )
        apply(device.store, reply, OwnKeys(account.identities).open_note)
        return reply

    def _let_in(self, device: SimulatedDevice) -> meta.Enrolled:
        account = meta.enrolled(device.connection)
        assert account is not None
        Device.objects.filter(official=device.official).update(state="retired")
        Device.objects.filter(id=account.device_id).update(state="active")
        return account
