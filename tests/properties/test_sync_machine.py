"""Whatever fails and in whatever order: nothing is lost, nothing done twice, and it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st

from boardpack.domain.transfers import Allowance, DeltaKind, DeltaOffer, Pending, Wanted
from sync.engine import events
from sync.engine.commands import (
    AskDeltas,
    Await,
    Command,
    Done,
    FetchBlob,
    FetchDelta,
    Interrupt,
    SendBatch,
    UploadBlob,
    Wait,
)
from sync.engine.machine import SyncMachine
from sync.protocol.messages import FoundDeltas

NOW = datetime(2026, 12, 1, tzinfo=UTC)
FILES = 5
SIZE = 1000
FAULTS = (
    "none",
    "lost before",
    "lost after",
    "busy",
    "damaged",
    "late",
    "stopped",
    "cancelled",
    "opened",
    "paused",
    "metered",
    "unlimited",
)
ALLOWED = {"paused": Allowance(0), "metered": Allowance(500), "unlimited": Allowance()}


@dataclass
class TinyWorld:
    """A server and a device, no more than sets; what is applied twice is counted twice."""

    waiting: list[Pending]
    on_server: set[str]
    pages: int
    applied: list[str] = field(default_factory=list)
    uploaded: set[str] = field(default_factory=set)
    here: set[str] = field(default_factory=set)
    receipted: bool = False
    #: File → how many deltas it has from "old", and how many searches before they are computed.
    deltas: dict[str, tuple[int, int]] = field(default_factory=dict)
    searches: int = 0

    def missing(self) -> tuple[Wanted, ...]:
        return tuple(
            Wanted(
                each,
                SIZE,
                "s",
                NOW + timedelta(days=number),
                bases=("old",) if each in self.deltas else (),
            )
            for number, each in enumerate(sorted(self.on_server - self.here))
        )

    def search(self, command: AskDeltas) -> events.DeltasAnswered:
        """The server's side: what is asked for, asked for once and with a base."""
        self.searches += 1
        names = [each.sha256 for each in command.wanted]
        assert len(set(names)) == len(names)
        assert all(each.bases for each in command.wanted)
        return events.DeltasAnswered(tuple(self._found(each) for each in names))

    def _found(self, sha256: str) -> FoundDeltas:
        count, after = self.deltas[sha256]
        if self.searches <= after:
            return FoundDeltas(sha256, (), retry_after=3)
        offers = (
            DeltaOffer("old", kind, number + 1, f"{sha256} {kind}")
            for number, kind in enumerate(list(DeltaKind)[:count])
        )
        return FoundDeltas(sha256, tuple(offers))

    def send(self, command: SendBatch) -> None:
        """The server's side: each event once, and only when its files are there."""
        for pending in list(self.waiting):
            if pending.event_id in command.event_ids:
                assert set(pending.uploads) <= self.uploaded
                if pending.event_id not in self.applied:
                    self.applied.append(pending.event_id)

    def take_in(self) -> events.BatchAnswered:
        """The device's side, when the answer arrives."""
        before = len(self.waiting)
        self.waiting = [each for each in self.waiting if each.event_id not in self.applied]
        moved = len(self.waiting) != before or self.pages > 0
        self.pages = max(0, self.pages - 1)
        more = self.pages > 0
        return events.BatchAnswered(
            more, moved, tuple(self.waiting), () if more else self.missing()
        )

    def store(self, sha256: str) -> events.BlobStored:
        self.here.add(sha256)
        if self.here == self.on_server and not self.receipted:
            self.receipted = True
            self.waiting.append(Pending("receipt"))
            return events.BlobStored(sha256, tuple(self.waiting))
        return events.BlobStored(sha256)


def subject_of(command: Command) -> str:
    match command:
        case UploadBlob(sha256):
            return sha256
        case FetchBlob(wanted) | FetchDelta(wanted):
            return wanted.sha256
        case AskDeltas():
            return events.DELTAS
        case _:
            return events.BATCH


def outcome(world: TinyWorld, command: Command, fault: str) -> events.Event:
    """Do a command with a fault; say what came of it."""
    subject = subject_of(command)
    failures: dict[str, events.Event] = {
        "lost before": events.ConnectionLost(subject, "client.offline"),
        "busy": events.Throttled(subject, 2),
        "stopped": events.Stopped(subject, "sync.unreadable_message"),
    }
    if isinstance(command, FetchDelta):
        failures["damaged"] = events.DeltaFailed(subject)
    elif isinstance(command, FetchBlob | UploadBlob):
        failures["damaged"] = events.BlobDamaged(subject)
    if fault in failures:
        return failures[fault]
    if isinstance(command, SendBatch):
        world.send(command)
    elif isinstance(command, UploadBlob):
        world.uploaded.add(subject)
    if fault == "lost after":
        return events.ConnectionLost(subject, "client.connection_lost", progress=True)
    return success(world, command, subject)


def success(world: TinyWorld, command: Command, subject: str) -> events.Event:
    """Say what a command that went well came to."""
    if isinstance(command, SendBatch):
        return world.take_in()
    if isinstance(command, UploadBlob):
        return events.BlobUploaded(subject)
    if isinstance(command, AskDeltas):
        return world.search(command)
    return world.store(subject)


UnderWay = list[tuple[Command, str]]


def interrupt(machine: SyncMachine, under_way: UnderWay, sha256: str) -> None:
    """Interrupt a transfer; now and then it is over before it hears of it."""
    place = [subject_of(each) for each, _ in under_way].index(sha256)
    if len(under_way) % 2:
        under_way.pop(place)
        machine.tell(events.Interrupted(sha256))


def by_the_person(fault: str, number: int) -> events.Event | None:
    """Return what the person does meanwhile, None for nothing."""
    if fault == "cancelled":
        return events.Cancelled()
    if fault == "opened":
        return events.Opened(f"f{number}")
    return events.Allowed(ALLOWED[fault]) if fault in ALLOWED else None


def run(world: TinyWorld, faults: list[str]) -> Done:
    """One exchange; faults are taken in turn, then all goes well. Ends, or the test fails."""
    machine = SyncMachine(world.waiting, NOW, lambda: 0.5)
    under_way: UnderWay = []
    for _ in range(2000):
        command = machine.next()
        match command:
            case Done():
                assert not under_way
                assert machine.fallback_whole <= machine.delta_failures
                assert done_says_what_is_held(command, world)
                return command
            case Wait():
                assert not under_way, "others go first"
                machine.tell(events.Waited())
            case Await():
                machine.tell(outcome(world, *under_way.pop(0)))
            case Interrupt(sha256):
                interrupt(machine, under_way, sha256)
            case _:
                fault = faults.pop() if faults else "none"
                subjects = [subject_of(each) for each, _ in under_way]
                assert subject_of(command) not in subjects, "one transfer a file"
                if event := by_the_person(fault, len(under_way)):
                    machine.tell(event)
                elif fault == "late" and under_way:
                    # Another transfer under way ends first.
                    machine.tell(outcome(world, *under_way.pop()))
                under_way.append((command, fault))
                if isinstance(command, SendBatch):
                    machine.tell(outcome(world, *under_way.pop()))
    raise AssertionError("the machine does not end")


def done_says_what_is_held(done: Done, world: TinyWorld) -> bool:
    """Whether an exchange that went well left only what may not come."""
    if done.code or done.cancelled or done.incomplete:
        return True
    return done.held == len(world.missing())


uploads = st.lists(st.sampled_from("uvw"), max_size=2, unique=True).map(tuple)
batches = st.lists(uploads, max_size=4).map(
    lambda each: [Pending(f"e{number}", files) for number, files in enumerate(each)]
)


@settings(deadline=None)
@given(
    batches,
    st.sets(st.sampled_from([f"f{number}" for number in range(FILES)])),
    st.integers(0, 3),
    st.lists(st.sampled_from(FAULTS), max_size=40),
    st.dictionaries(
        st.sampled_from([f"f{number}" for number in range(FILES)]),
        st.tuples(st.integers(0, 3), st.integers(0, 6)),
    ),
)
def test_after_any_faults_the_next_exchanges_end_in_the_same_state(
    waiting: list[Pending],
    on_server: set[str],
    pages: int,
    faults: list[str],
    deltas: dict[str, tuple[int, int]],
) -> None:
    world = TinyWorld(list(waiting), on_server, pages, deltas=deltas)
    names = [each.event_id for each in waiting]
    for _ in range(60):
        done = run(world, faults)
        if not faults and not done.code and not done.cancelled and not done.held:
            break
    assert world.waiting == []
    assert world.here == world.on_server
    expected = [*names, "receipt"] if on_server else names
    assert sorted(world.applied) == sorted(expected), "each event once, none skipped"
