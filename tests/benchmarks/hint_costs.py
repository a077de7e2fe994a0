"""Processor time and bytes of the exchange after a hint; imported when Django is ready.

The server's code in this process, on SQLite; TLS, HTTP, token and proof are left out. A member's
device is told of corrections of a dossier, one after the other. Three times the cost would be worth
a second way by which records come in (ADR 0021).
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from sync.protocol import codec
from sync.server import exchange, feeds, identity
from sync.server.hints import telling
from tests.helpers import world as worlds
from tests.helpers.devices import revised
from tests.helpers.exchanging import Reader, request, send
from tests.helpers.measure import report
from tests.helpers.world import World

ROUNDS = 41


@dataclass(frozen=True)
class Cost:
    """Of one correction: seconds and bytes of the exchange, and of the changes within a hint."""

    exchange_s: float
    within_s: float
    exchanged: int
    within: int


def measure(folder: Path) -> None:
    """Print two figures."""
    settings.DATABASES["default"]["NAME"] = folder / "server.sqlite3"
    settings.BLOB_FOLDER, settings.SERVER_KEY_FILE = folder / "blobs", folder / "server.key"
    call_command("migrate", verbosity=0)
    identity.make_key()
    identity.ensure_state()
    costs = _corrections(worlds.build())
    note = "a dossier of one document; the member then fetches it and sends a receipt either way"
    report(
        "server's processor time of the exchange that a hint brings about",
        1000 * statistics.median(each.exchange_s for each in costs), "ms",
        peer="reading the same changes for the hint itself",
        peer_value=1000 * statistics.median(each.within_s for each in costs),
        goal="<= 3.0", note=note,
    )  # fmt: skip
    report(
        "bytes of hint, request and reply, headers left out",
        statistics.median(each.exchanged for each in costs), "bytes",
        peer="hint with the changes in it",
        peer_value=statistics.median(each.within for each in costs),
        goal="<= 3.0", note=note,
    )  # fmt: skip


def _corrections(world: World) -> list[Cost]:
    worlds.give_keys(world)
    agent, member = worlds.person(world.agent), Reader(worlds.person(world.mayor))
    sent = worlds.dossier(world.council, worlds.document(worlds.keep(agent, b"a paper")))
    assert send(agent, worlds.published(sent))[0].accepted
    for _ in range(3):
        member.sync()
    costs = []
    for _ in range(ROUNDS):
        sent = revised(sent)
        assert send(agent, worlds.published(sent))[0].accepted
        costs.append(_cost(member))
        member.sync()
    return costs


def _cost(member: Reader) -> Cost:
    hint = telling.event(telling.tell(member.person.device.id))
    asked = request(epoch=member.epoch, cursor=member.cursor)
    began = time.process_time()
    page = feeds.read(member.person.feeds, member.cursor)
    within = codec.encode(page.changes)
    between = time.process_time()
    reply = exchange.exchange(member.person, asked)
    ended = time.process_time()
    return Cost(
        ended - between,
        between - began,
        len(hint) + len(asked) + len(reply),
        len(hint) + len(within),
    )
