"""Laws of merging notes: any order, any grouping, any number of times, the same note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings, strategies as st

from boardpack.annotation import codec, editing
from boardpack.annotation.merge import merge, merged
from boardpack.annotation.note import (
    Anchor,
    Box,
    InkPoint,
    InkStroke,
    Note,
    NoteKind,
    Quad,
    Sharing,
)
from boardpack.annotation.record import (
    Clocks,
    ErasedStroke,
    KeptStroke,
    NoteRecord,
    StrokeId,
    Tombstone,
    WrittenText,
    newest,
    shown,
)
from boardpack.domain.hlc import NEVER, Stamp

#: As many examples as the profile says: many with --long (tests/conftest.py).
quick = settings(deadline=None)
WHEN = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)

# Few values, so that they meet.
stamps = st.builds(Stamp, st.integers(0, 3), st.integers(0, 1), st.sampled_from("abc"))
vectors = st.dictionaries(
    st.sampled_from("abc"), st.tuples(st.integers(0, 3), st.integers(0, 1)), max_size=3
)
anchors = st.builds(
    lambda page: Anchor(page, "", (Quad.from_box(Box(0, 0, 9, 9)),)), st.integers(0, 2)
)
strokes = st.builds(lambda x: InkStroke((InkPoint(x, 1.0),)), st.integers(0, 3).map(float))
stroke_ids = st.builds(StrokeId, stamps, st.integers(0, 1))
sharings = st.none() | st.builds(Sharing, st.just("council"), st.sampled_from([(), ("x",)]))
words = st.sampled_from(["", "un", "deux", "trois"])


@st.composite
def records(draw: st.DrawFn) -> NoteRecord:
    """Any record that holds together; not only those that editing can make."""
    seen = draw(vectors)
    dots = draw(st.dictionaries(stamps, words, max_size=3))
    texts = tuple(sorted(WrittenText(*each) for each in dots.items()))
    for at in dots:
        seen = {**seen, at.device: max(seen.get(at.device, (0, 0)), at[:2])}
    drawn = draw(st.dictionaries(stroke_ids, st.tuples(stamps, strokes), max_size=3))
    erased = draw(st.dictionaries(stroke_ids, st.tuples(stamps, st.sampled_from("xy")), max_size=3))
    kept = [
        KeptStroke(each, *drawn[each])
        for each in sorted(drawn)
        if drawn[each][0] > erased.get(each, (NEVER, ""))[0]
    ]
    return NoteRecord(
        note_id="note",
        document_id="report",
        sitting_id="sitting",
        kind=NoteKind.INK,
        author_id="mayor",
        created=WHEN,
        modified=draw(st.sampled_from([WHEN, WHEN.replace(hour=19)])),
        version_sha256=draw(st.sampled_from(["0", "1"])),
        anchor=draw(anchors),
        colour=draw(st.sampled_from(["red", "navy"])),
        width=draw(st.sampled_from([1.0, 2.0])),
        texts=texts,
        seen=dict(sorted(seen.items())),
        strokes=tuple(kept),
        erased=tuple(ErasedStroke(each, *erased[each]) for each in sorted(erased)),
        sharing=draw(sharings),
        clocks=draw(st.builds(Clocks, stamps, stamps, stamps, stamps, stamps)),
        tombstone=draw(
            st.none() | st.builds(Tombstone, stamps, vectors.map(lambda v: dict(sorted(v.items()))))
        ),
    )


@quick
@given(records(), records())
def test_the_order_does_not_matter(one: NoteRecord, other: NoteRecord) -> None:
    assert merge(one, other) == merge(other, one)


@quick
@given(records(), records(), records())
def test_the_grouping_does_not_matter(one: NoteRecord, two: NoteRecord, three: NoteRecord) -> None:
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@quick
@given(records(), records())
def test_merging_again_changes_nothing(one: NoteRecord, other: NoteRecord) -> None:
    both = merge(one, other)
    assert merge(one, one) == one
    assert merge(both, one) == merge(other, both) == both


@quick
@given(records(), records())
def test_what_was_merged_can_be_kept(one: NoteRecord, other: NoteRecord) -> None:
    both = merge(one, other)
    assert codec.decode(codec.encode(both)) == both


# Two devices that really edit: what a person expects.


def note(text: str) -> Note:
    return Note(
        note_id="note",
        document_id="report",
        version_sha256="0",
        sitting_id="sitting",
        kind=NoteKind.NOTE,
        author_id="mayor",
        created=WHEN,
        modified=WHEN,
        colour="red",
        width=0,
        anchor=Anchor(0, "", (Quad.from_box(Box(0, 0, 9, 9)),)),
        text=text,
    )


class Device:
    """One device with its own clock, perhaps years off; knows versions like a real one."""

    def __init__(self, name: str, offset: int, first: NoteRecord) -> None:
        self.name, self.clock, self.record = name, 1_000_000 + offset, first

    def do(self, change: Callable[[NoteRecord, Stamp], NoteRecord]) -> None:
        self.clock += 1
        after = newest(self.record)
        at = Stamp(self.clock, 0, self.name)
        if at <= after:
            at = Stamp(after.ms, after.nth + 1, self.name)
        self.record = change(self.record, at)


def wrote(text: str) -> Callable[[NoteRecord, Stamp], NoteRecord]:
    def change(record: NoteRecord, at: Stamp) -> NoteRecord:
        seen = shown(record)
        wanted = replace(seen, text=text, others=())
        if seen.deleted:
            return editing.revived(record, wanted, at)
        return editing.edited(record, seen, wanted, at)

    return change


def coloured(colour: str) -> Callable[[NoteRecord, Stamp], NoteRecord]:
    def change(record: NoteRecord, at: Stamp) -> NoteRecord:
        seen = shown(record)
        return (
            record
            if seen.deleted
            else editing.edited(record, seen, replace(seen, colour=colour), at)
        )

    return change


def drew(x: float) -> Callable[[NoteRecord, Stamp], NoteRecord]:
    def change(record: NoteRecord, at: Stamp) -> NoteRecord:
        seen = shown(record)
        wanted = replace(seen, strokes=(*seen.strokes, InkStroke((InkPoint(x, x),))))
        return record if seen.deleted else editing.edited(record, seen, wanted, at)

    return change


def erased(record: NoteRecord, at: Stamp) -> NoteRecord:
    seen = shown(record)
    return editing.edited(record, seen, replace(seen, strokes=seen.strokes[1:]), at)


def took_away(record: NoteRecord, at: Stamp) -> NoteRecord:
    return record if not record.live else editing.removed(record, at, WHEN)


edits = st.one_of(
    words.filter(bool).map(wrote),
    st.sampled_from(["red", "navy"]).map(coloured),
    st.floats(0, 3, width=16).map(drew),
    st.just(erased),
    st.just(took_away),
)
moves = st.tuples(st.integers(0, 2), edits | st.sampled_from(["meet"]))


@quick
@given(
    st.lists(moves, max_size=24),
    st.lists(st.sampled_from([0, -9_000, 500_000]), min_size=3, max_size=3),
)
def test_devices_that_met_show_the_same_note(
    steps: list[tuple[int, Callable[[NoteRecord, Stamp], NoteRecord] | str]], offsets: list[int]
) -> None:
    first = editing.begin(note("premier"), Stamp(1_000_000, 0, "a"))
    devices = [Device(name, offset, first) for name, offset in zip("abc", offsets, strict=True)]
    known: list[NoteRecord] = [first]
    for who, step in steps:
        device = devices[who]
        if isinstance(step, str):
            device.record = merge(device.record, known[-1])
            known.append(merge(known[-1], device.record))
        else:
            device.do(step)
    everything = merged([*known, *(each.record for each in devices)])
    assert everything is not None
    again = merged([*(each.record for each in reversed(devices)), *reversed(known)])
    assert shown(everything) == shown(again or first)


@quick
@given(st.sampled_from([0, -9_000, 500_000]))
def test_two_texts_of_the_same_time_are_both_kept(offset: int) -> None:
    first = editing.begin(note("premier"), Stamp(1_000_000, 0, "a"))
    one, other = Device("a", 0, first), Device("b", offset, first)
    one.do(wrote("ici"))
    other.do(wrote("là"))
    both = shown(merge(one.record, other.record), {"b": "Tablette"})
    assert {both.text, *(each.text for each in both.others)} == {"ici", "là"}
    decided = Device("a", 0, merge(one.record, other.record))
    decided.do(wrote("ici et là"))
    alone = shown(merge(decided.record, merge(one.record, other.record)))
    assert (alone.text, alone.others) == ("ici et là", ())


def test_parts_changed_on_two_devices_are_both_changed() -> None:
    first = editing.begin(note("premier"), Stamp(1_000_000, 0, "a"))
    one, other = Device("a", 0, first), Device("b", 0, first)
    one.do(coloured("navy"))
    one.do(drew(1))
    other.do(wrote("là"))
    other.do(drew(2))
    both = shown(merge(one.record, other.record))
    assert (both.colour, both.text, len(both.strokes)) == ("navy", "là", 2)


def test_a_removal_wins_over_what_is_older() -> None:
    first = editing.begin(note("premier"), Stamp(1_000_000, 0, "a"))
    one, other = Device("a", 0, first), Device("b", 100, first)
    one.do(coloured("navy"))
    other.do(took_away)
    assert shown(merge(one.record, other.record)).deleted


def test_a_removal_loses_to_a_text_that_it_had_not_seen() -> None:
    first = editing.begin(note("premier"), Stamp(1_000_000, 0, "a"))
    one, other = Device("a", -9_000, first), Device("b", 500_000, first)
    one.do(wrote("j’y tiens"))
    other.do(took_away)
    back = shown(merge(one.record, other.record))
    assert (back.deleted, back.text, back.others) == (False, "j’y tiens", ())


def test_a_removed_note_says_nothing_any_more() -> None:
    device = Device("a", 0, editing.begin(note("secret d’hier"), NEVER._replace(device="a")))
    device.do(drew(1))
    device.do(took_away)
    assert b"secret" not in codec.encode(device.record)
    assert device.record.strokes == ()
    device.do(wrote("de retour"))
    assert (shown(device.record).text, device.record.live) == ("de retour", True)


def test_an_edit_of_what_was_seen_undoes_nothing_that_came_meanwhile() -> None:
    first = editing.begin(note("premier"), Stamp(1_000_000, 0, "a"))
    on_screen = shown(first)
    other = Device("b", 50, first)
    other.do(wrote("entre-temps"))
    other.do(coloured("navy"))
    now = merge(first, other.record)
    at = Stamp(2_000_000, 0, "a")
    after = shown(editing.edited(now, on_screen, replace(on_screen, text="à l’écran"), at))
    assert (after.text, after.colour) == ("à l’écran", "navy")
    assert [each.text for each in after.others] == ["entre-temps"]


def test_strokes_drawn_alike_are_erased_one_by_one() -> None:
    first = editing.begin(note(""), Stamp(1_000_000, 0, "a"))
    device = Device("a", 0, first)
    device.do(drew(1))
    device.do(drew(1))
    device.do(erased)
    assert len(shown(device.record).strokes) == 1
    assert len(device.record.erased) == 1


def test_an_erased_stroke_that_comes_back_is_where_it_was() -> None:
    first = editing.begin(note(""), Stamp(1_000_000, 0, "a"))
    device = Device("a", 0, first)
    device.do(drew(1))
    device.do(drew(2))
    before = shown(device.record)
    device.do(erased)
    device.do(lambda record, at: editing.edited(record, shown(record), before, at))
    assert shown(device.record).strokes == before.strokes
    other = Device("b", 50, merge(first, device.record))
    other.do(erased)
    assert len(shown(merge(other.record, device.record)).strokes) == 1
