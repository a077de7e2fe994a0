"""The real parts that the model is held against: a server, and the devices of seven people."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from boardpack.domain import clock
from boardpack.domain.people import Role
from boardpack.services.account import ProfileKind
from boardpack.services.sync_models import SyncReport
from boardpack.store import meta, outbox, positions, recovery
from sync.server import identity
from sync.server.actions.do_revoke_device import Revocation, do_revoke_device
from sync.server.models import AppliedEvent, Device, Feed, Official
from tests.helpers import cheap, snapshot, world as worlds
from tests.helpers.clocks import Clocks, ServersTime
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.server import FaultyLine, SimulatedServer
from tests.helpers.world import IT, World
from tests.model import killing
from tests.model.expected import Expected, Publication

#: Name of a device → whose it is. The mayor has two: the former one still hands in its notes.
DEVICES = {
    "agent": "agent",
    "clerk": "other_agent",
    "mayor's old": "mayor",
    "mayor's new": "mayor",
    "deputy": "deputy",
    "councillor": "councillor",
    "outsider": "outsider",
}
#: Whose device may be replaced, and how IT revokes one.
REPLACED = ("deputy", "councillor")
ORDERS = (
    Revocation(),
    Revocation(drain=True),
    Revocation(wipe=True),
    Revocation(wipe=True, drain=True),
)
#: How often a round of exchanges may still move something before the devices ought to rest.
ROUNDS = 12
#: What an exchange may end with until a colleague's device has exchanged.
PASSING = {"trust.key_awaited"}


@dataclass
class Tablet:
    """A device with its wrong clock."""

    name: str
    device: SimulatedDevice
    wrong: timedelta = timedelta(0)

    @property
    def person(self) -> str:
        """Whose it is, as `World` names them."""
        return DEVICES[self.name.partition(",")[0]]

    @property
    def id(self) -> str:
        """The identifier that the server gave it."""
        account = meta.enrolled(self.device.connection)
        assert account is not None
        return account.device_id

    def unsaid(self) -> bool:
        """Whether it has something to say at its next exchange."""
        connection = self.device.connection
        long_ago = clock.now() - timedelta(days=9999)
        return bool(self.device.waiting() or positions.to_seal(connection, long_ago))

    def events(self) -> dict[str, str]:
        """Return everything in its outbox: identifier → kind."""
        rows = self.device.connection.execute("SELECT event_id, kind FROM outbox")
        return {row["event_id"]: row["kind"] for row in rows}


@dataclass
class Former:
    """A device that was replaced, or revoked by an order; it does not know yet."""

    tablet: Tablet
    order: Revocation | None

    @property
    def hands_in(self) -> bool:
        """Whether it may give what its person wrote on it."""
        return self.order is None or self.order.drain


@dataclass
class Beginning:
    """How every example begins: made once, by the program's own means."""

    server: snapshot.Snapshot
    profiles: Path
    folder: Path
    clocks: Clocks
    fuse: killing.Fuse
    world: World
    sent: list[Publication] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    used: int = 0


@dataclass
class Town:
    """One server and the devices of its people."""

    folder: Path
    world: World
    server: SimulatedServer
    clocks: Clocks
    fuse: killing.Fuse
    words: dict[str, str]
    tablets: dict[str, Tablet] = field(default_factory=dict)
    former: list[Former] = field(default_factory=list)
    made: int = 0

    def official(self, person: str) -> Official:
        """Return a person's row as it is now."""
        return Official.objects.get(id=getattr(self.world, person).id)

    def of(self, person: str) -> list[Tablet]:
        """Return a person's devices."""
        return [each for each in self.tablets.values() if each.person == person]

    @contextmanager
    def at(self, tablet: Tablet) -> Iterator[SimulatedDevice]:
        """Let a person work at a device, by its clock."""
        with self.clocks.of_device(tablet.wrong):
            yield tablet.device

    def exchange(self, tablet: Tablet) -> SyncReport:
        """Let a device exchange once; the server lets one device of a person in at a time."""
        owner = Device.objects.filter(official=tablet.device.official)
        if owner.filter(state="active").exclude(id=tablet.id).exists():
            owner.update(state="retired")
            owner.filter(id=tablet.id).update(state="active")
        with self.at(tablet) as device:
            return device.sync()

    def rest(self) -> None:
        """Let all exchange over a good line until nobody has anything left to say."""
        self.server.heal()
        quiet, before = 0, _told()
        for number in range(ROUNDS * len(self.tablets)):
            tablet = list(self.tablets.values())[number % len(self.tablets)]
            report = self.exchange(tablet)
            assert report.code in {"", *PASSING}, (tablet.name, report)
            now = _told()
            moved = now != before or tablet.unsaid() or report.code
            # Everybody has exchanged since the server last learned something.
            quiet, before = 0 if moved else quiet + 1, now
            if quiet == len(self.tablets):
                return
        raise AssertionError("it never comes to rest")

    def restart(self, tablet: Tablet, image: Path | None = None) -> None:
        """Close the program and open it again, on what a killed one left if there is that."""
        device = tablet.device
        with self.at(tablet):
            device.program.lock()
            if image is not None:
                killing.put_in_place(image, device.folder)
            device.program = device._program()
            device.program.unlock(SECRET)

    def replace(self, name: str, order: Revocation | None, expected: Expected) -> None:
        """Put another device in the place of one, with all that the recovery words bring back."""
        old = self.tablets[name]
        if order is not None:
            do_revoke_device(IT, Device.objects.get(id=old.id), order)
        self.made += 1
        former = f"{name}, former {self.made}"
        device = SimulatedDevice(
            self.server, self.folder / former.replace(",", ""), old.device.official
        )
        device.enrol(replace=order is None, name=former)
        self.tablets[name] = Tablet(name, device)
        report = self.exchange(self.tablets[name])
        assert not report.code, report
        device.session.recovery.recover(self.words[name], "fr")
        expected.rename(name, former)
        self.former.append(Former(replace(old, name=former), order))

    def part(self, expected: Expected) -> None:
        """Let former devices learn what became of them, hand in what they may, and go."""
        while self.former:
            former = self.former.pop()
            self._part(former, expected)

    def _part(self, former: Former, expected: Expected) -> None:
        name, device = former.tablet.name, former.tablet.device
        mine = {event: kind for event, (by, kind) in expected.acts.items() if by == name}
        with self.at(former.tablet):
            for _ in range(3):
                report = device.sync()
            assert report.code, "it is wanted no more"
            wiped = former.order is not None and former.order.wipe
            told = {} if wiped else {row.event_id for row in outbox.rejected(device.connection)}
            device.program.lock()
            kind = device.program.profile_state().kind if wiped else None
        assert not wiped or kind is ProfileKind.ERASED, kind
        rows = AppliedEvent.objects.filter(event_id__in=list(mine))
        answered = set(rows.values_list("event_id", flat=True))
        if former.hands_in:
            for event_id, kind_of in mine.items():
                assert event_id in answered, (name, kind_of, "was not handed in")
        refused = set(rows.filter(accepted=False).values_list("event_id", flat=True))
        assert wiped or refused <= told, (name, refused - told)
        expected.lose((mine.keys() - answered) | refused, former.tablet.person)
        shutil.rmtree(device.folder)

    def close(self) -> None:
        """Close every program."""
        for tablet in (*self.tablets.values(), *(each.tablet for each in self.former)):
            tablet.device.program.lock()


def prepare(folder: Path, patch: pytest.MonkeyPatch) -> Beginning:
    """Make the beginning: everybody enrolled, both secretariats with the key of the council."""
    settings.BLOB_FOLDER = folder / "server"
    settings.SERVER_KEY_FILE = folder / "server.key"
    cheap.profiles(patch)
    # Tests of the full disk are elsewhere.
    identity.make_key()
    identity.ensure_state()
    world = worlds.build()
    worlds.mandate(world.other_agent, world.council, Role.SECRETARY_OFFICE)
    worlds.mandate(world.agent, world.bureau, Role.SECRETARY_OFFICE)
    images = folder / "images"
    images.mkdir()
    beginning = Beginning(
        snapshot.Snapshot([], folder, b""),
        folder / "profiles",
        folder,
        Clocks(patch),
        killing.Fuse(patch, images),
        world,
    )
    town = _town(beginning, world, folder / "profiles")
    for name in DEVICES:
        tablet = town.tablets[name]
        if name == "mayor's new":
            continue
        tablet.device.enrol(name=name)
    _second_device(town)
    for name in REPLACED:
        beginning.words[name] = _noted(town.tablets[name])
    for name in ("council", "bureau"):
        # With the first dossier the secretariat makes the assembly's key.
        content = paper()
        sitting = worlds.dossier(getattr(world, name), worlds.document(worlds.version(content)))
        event_id = town.tablets["agent"].device.publish(sitting, content)
        beginning.sent.append(Publication(event_id, "agent", name, sitting))
    town.rest()
    town.close()
    beginning.server = snapshot.take(folder / "files")
    return beginning


def _told() -> int:
    """Return how many things the server ever told, to anybody."""
    return sum(Feed.objects.values_list("seq", flat=True))


def paper() -> bytes:
    """Return the bytes of a document that nobody has."""
    return b"%PDF-1.7 " + random.randbytes(random.randrange(200, 20_000))


def _second_device(town: Town) -> None:
    """Give the mayor a second device with the same identity, by the recovery words."""
    old, new = town.tablets["mayor's old"], town.tablets["mayor's new"]
    town.exchange(old)
    words = _noted(old)
    new.device.enrol(replace=True, name=new.name)
    town.exchange(new)
    new.device.session.recovery.recover(words, "fr")
    town.exchange(new)
    # Each device keeps the wrap in force at the server: two that are let in must agree on it.
    agreed = recovery.words(new.device.connection)
    assert agreed is not None
    with old.device.store.transaction() as connection:
        recovery.save_words(connection, agreed)


def _noted(tablet: Tablet) -> str:
    """Return the recovery words of a person, who proved to have them on paper."""
    recovery_words = tablet.device.session.recovery.to_note("fr")
    proof = {2: recovery_words[1], 11: recovery_words[10]}
    tablet.device.session.recovery.check_noted(proof, "fr")
    return " ".join(recovery_words)


def _town(beginning: Beginning, world: World, folder: Path) -> Town:
    line = FaultyLine(ServersTime(beginning.clocks))
    line.on_request = beginning.fuse.on_request
    town = Town(
        folder, world, SimulatedServer(line), beginning.clocks, beginning.fuse, beginning.words
    )
    for name, person in DEVICES.items():
        device = SimulatedDevice(town.server, folder / name, town.official(person))
        town.tablets[name] = Tablet(name, device)
    return town


def begin(beginning: Beginning) -> Town:
    """Begin anew, with everything as it was made."""
    beginning.used += 1
    connections.close_all()
    snapshot.restore(beginning.server)
    folder = beginning.folder / f"town{beginning.used}"
    shutil.copytree(beginning.profiles, folder)
    town = _town(beginning, beginning.world, folder)
    for tablet in town.tablets.values():
        tablet.device.program.unlock(SECRET)
    return town


def known(beginning: Beginning) -> Expected:
    """Return what is expected at the beginning."""
    return Expected(
        acts={each.event_id: (each.sender, "dossier_published") for each in beginning.sent},
        publications=list(beginning.sent),
        readers={
            "council": {"agent", "other_agent", "mayor", "deputy", "councillor"},
            "bureau": {"agent", "deputy"},
        },
    )
