"""Many devices of one council at one server: real keys, tokens, sockets and sync machine.

What a device has is a set in memory, so that hundreds fit on one machine; what the store does with
turns is tested with real stores (`tests/sync/test_turns.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import httpx

from boardpack.domain import clock, spread
from boardpack.domain.dossier import Dossier
from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import Applicant, ConnectionLostError, ThrottledError
from boardpack.domain.transfers import Wanted
from sync.client.enrolment import HttpRegistrar
from sync.client.http_transport import BLOBS_PATH, HttpTransport
from sync.engine import events
from sync.engine.commands import Await, Command, Done, FetchBlob, SendBatch, Wait
from sync.engine.machine import SyncMachine
from sync.protocol import codec
from sync.protocol.messages import ExchangeReply
from tests.helpers.exchanging import request
from tests.helpers.serving import COLUMNS, ROOT
from tests.helpers.wire_device import new_key

#: Issue a code to everybody: one start of Django for all of them.
_CODES = """
import importlib, json, django
django.setup()
models = importlib.import_module("sync.server.models")
issue = importlib.import_module("sync.server.actions.do_issue_code").do_issue_code
it = importlib.import_module("sync.server.permission").Operator("IT")
people = models.Official.objects.order_by("email")
print(json.dumps([issue(it, each).text for each in people]))
"""


def people(count: int) -> str:
    """Return the officials' file of a council: its agent, and `count` members."""
    line = "bourg,Ville de Bourg,commune,123456789,bourg-cm,Conseil municipal,CM,council,1,"
    rows = [f"{line}Agent,Zoé,a@bourg.fr,,secretary_office,,2020-01-01,\n"]
    rows += [f"{line}Élu{n},Paul,m{n:04}@bourg.fr,,member,,2020-01-01,\n" for n in range(count)]
    return COLUMNS + "".join(rows)


def codes(folder: Path) -> list[str]:
    """Return an enrolment code for each person of the server at `folder`, the agent's first."""
    settings = {
        "BOARDPACK_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "sync.server.settings.production",
    }
    done = subprocess.run(
        [sys.executable, "-c", _CODES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | settings,
    )
    return list(json.loads(done.stdout))


@dataclass(frozen=True)
class Asked:
    """A request for a file that reached the server's door: who, when."""

    who: str
    at: float


class Watch:
    """Notes requests for files, by the device's token, as they arrive."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.asked: list[Asked] = []
        self._lock = Lock()

    def see(self, asked: httpx.Request) -> None:
        """Note a request; called by the proxy, before it is answered."""
        if asked.url.path.startswith(BLOBS_PATH):
            with self._lock:
                self.asked.append(Asked(asked.headers["authorization"], time.monotonic()))

    def gaps(self) -> Iterator[float]:
        """Yield the seconds between one device's requests and its next ones."""
        last: dict[str, float] = {}
        for each in self.asked:
            if each.who in last:
                yield each.at - last[each.who]
            last[each.who] = each.at

    def peak(self) -> int:
        """Return the most requests within any one second."""
        times = [each.at for each in self.asked]
        return max(sum(at <= other < at + 1 for other in times) for at in times)


class _Sink:
    def __init__(self) -> None:
        self.data = bytearray()

    @property
    def offset(self) -> int:
        return len(self.data)

    def restart(self) -> None:
        self.data.clear()

    def write(self, data: bytes) -> None:
        self.data += data


@dataclass
class HerdDevice:
    """One member's device."""

    url: str
    code: str
    held: set[str] = field(default_factory=set)
    cursor: dict[str, int] = field(default_factory=dict)
    epoch: str = ""
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    #: When the turn of the dossier told last comes, by this machine's steady clock.
    turn: float = 0

    def __post_init__(self) -> None:
        """Enrol."""
        key = new_key()
        members = {
            name: str(key.as_dict(private=True)[name]) for name in ("kty", "crv", "x", "y", "d")
        }
        public = {name: members[name] for name in ("kty", "crv", "x", "y")}
        registrar = HttpRegistrar(self.url)
        applicant = Applicant(self.code, "Tablette", public, "age1" + "q" * 58)
        self.device_id = registrar.register(applicant).device_id
        registrar.close()
        self._key = members
        self.open()

    def open(self) -> None:
        """Make ready to connect."""
        self._transport = HttpTransport(self.url, self.device_id, self._key)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def exchange(self) -> Done:
        """Exchange once, as the program does; waits are waited."""
        machine = SyncMachine((), clock.now(), random.random)
        while not isinstance(command := machine.next(), Done):
            if isinstance(command, Wait):
                time.sleep(command.seconds)
                machine.tell(events.Waited())
            else:
                machine.tell(self._do(command))
        return command

    def until_complete(self, seconds: float) -> None:
        """Exchange until nothing is missing, each time when it is this device's turn."""
        deadline = time.monotonic() + seconds
        while self.missing(clock.now()) or not self.dossiers:
            assert time.monotonic() < deadline, "never complete"
            done = self.exchange()
            assert done.code in {"", ThrottledError.code}, done
            time.sleep(done.next_in)

    def missing(self, now: object) -> tuple[Wanted, ...]:
        """Return what is missing, with the turns by the server's `now`."""
        return tuple(
            Wanted(
                sha256=each.current.sha256,
                size=each.current.size,
                sitting_id=dossier.sitting_id,
                starts_at=dossier.starts_at,
                turn_in=spread.turn_in(
                    (now - dossier.revised_at).total_seconds(),
                    dossier.spread_s,
                    spread.place(self.device_id, dossier.sitting_id),
                ),
            )
            for dossier in self.dossiers.values()
            for each in dossier.documents
            if each.current.sha256 not in self.held
        )

    def _do(self, command: Command) -> events.Event:
        assert not isinstance(command, Await)
        subject = command.wanted.sha256 if isinstance(command, FetchBlob) else events.BATCH
        try:
            if isinstance(command, FetchBlob):
                return self._fetch(command.wanted)
            assert isinstance(command, SendBatch)
            data = request(epoch=self.epoch, cursor=self.cursor)
            return self._take_in(codec.decode_reply(self._transport.exchange(data)))
        except ThrottledError as error:
            return events.Throttled(subject, error.seconds)
        except ConnectionLostError as error:
            return events.ConnectionLost(subject, error.code, progress=error.progress)
        except BoardpackError as error:
            return events.Stopped(subject, error.code, tuple(error.parameters.items()))

    def _fetch(self, wanted: Wanted) -> events.Event:
        sink = _Sink()
        self._transport.fetch(wanted.sha256, sink)
        assert hashlib.sha256(sink.data).hexdigest() == wanted.sha256
        self.held.add(wanted.sha256)
        return events.BlobStored(wanted.sha256)

    def _take_in(self, reply: ExchangeReply) -> events.Event:
        before, self.cursor = self.cursor, reply.cursor
        self.epoch = reply.epoch
        for change in reply.changes:
            record = codec.record_of(change)
            if isinstance(record, Dossier):
                self.dossiers[record.sitting_id] = record
        missing = self.missing(reply.server_time)
        if missing and not self.turn:
            self.turn = time.monotonic() + missing[0].turn_in
        moved = before != reply.cursor
        return events.BatchAnswered(more=reply.more, moved=moved, missing=missing, retry_after=60)
