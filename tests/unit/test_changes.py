"""What changed is added up, and each subscriber is told once."""

from __future__ import annotations

from boardpack.services.changes import NOTHING, Announcer, Changes


def test_both_is_what_either_changed() -> None:
    one = Changes(sittings=frozenset({"a"}), notes=True)
    two = Changes(sittings=frozenset({"b"}), documents=frozenset({"d"}), outbox=True)
    both = one | two
    assert both == two | one
    assert both.sittings == {"a", "b"}
    assert both.documents == {"d"}
    assert (both.notes, both.outbox, both.people) == (True, True, False)


def test_nothing_is_false_and_changes_nothing() -> None:
    assert not NOTHING
    assert not Changes()
    some = Changes(notes=True)
    assert some
    assert some | NOTHING == some


def test_each_subscriber_is_told_once_until_it_leaves() -> None:
    announcer = Announcer()
    heard: list[tuple[str, Changes]] = []
    leave = announcer.subscribe(lambda changes: heard.append(("first", changes)))
    announcer.subscribe(lambda changes: heard.append(("second", changes)))
    change = Changes(outbox=True)
    assert announcer.announce(change) == change
    assert heard == [("first", change), ("second", change)]
    leave()
    leave()
    announcer.announce(change)
    assert [name for name, _ in heard] == ["first", "second", "second"]


def test_nothing_is_not_announced() -> None:
    announcer = Announcer()
    heard: list[Changes] = []
    announcer.subscribe(heard.append)
    assert announcer.announce(NOTHING) is NOTHING
    assert heard == []


def test_a_subscriber_may_leave_while_it_is_told() -> None:
    announcer = Announcer()
    heard: list[str] = []

    def once(_changes: Changes) -> None:
        heard.append("once")
        leave()

    leave = announcer.subscribe(once)
    announcer.subscribe(lambda _changes: heard.append("other"))
    for _ in range(2):
        announcer.announce(Changes(notes=True))
    assert heard == ["once", "other", "other"]
