"""What a missing file may be made of: older versions first, then what resembles it."""

from __future__ import annotations

from boardpack.domain import clock
from boardpack.domain.dossier import DocumentKind
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.domain.transfers import Wanted
from boardpack.store import bases, wanted
from tests.helpers.local import BUREAU, MAYOR, Local, document, dossier, sha256, version


def missing(device: Local) -> dict[str, Wanted]:
    connection = device.store.connection
    found = wanted.missing(connection, MAYOR.official_id)
    return {each.sha256: each for each in bases.with_bases(connection, found)}


def names(device: Local, data: bytes) -> tuple[str, ...]:
    return missing(device)[sha256(data)].bases


def data(name: str, size: int = 1000) -> bytes:
    return name.encode().ljust(size, b".")


def test_older_versions_of_the_document_that_are_here_the_newest_first(device: Local) -> None:
    contents = [data(f"v{number}") for number in range(6)]
    versions = [version(each, number) for number, each in enumerate(contents, start=1)]
    device.tell(dossier(document("report", *versions)))
    assert names(device, contents[5]) == ()
    device.hold(*contents[:2], *contents[3:5])
    expected = tuple(sha256(contents[number]) for number in (4, 3, 1))
    assert names(device, contents[5]) == expected


def test_a_document_that_resembles_it_wherever_it_is(device: Local) -> None:
    old, new, far, large = data("old"), data("new", 1010), data("far", 1500), data("large", 5000)
    device.tell(
        dossier(document("1 - Budget", version(old)), sitting_id="a"),
        dossier(document("budget", version(new)), sitting_id="b", assembly=BUREAU),
        dossier(document("BUDGET", version(far)), sitting_id="c", assembly=BUREAU),
        dossier(document("Budget", version(large)), sitting_id="d", assembly=BUREAU),
        dossier(document("Voirie", version(data("other"), pages=9)), sitting_id="e"),
    )
    device.hold(old, far, large, data("other"))
    assert names(device, new) == (sha256(old), sha256(far))


def test_what_is_here_needs_no_base_and_nothing_else_is_asked(device: Local) -> None:
    device.tell(dossier(document("a", version(data("a")))))
    assert names(device, data("a")) == ()
    device.hold(data("a"))
    assert missing(device) == {}
    assert bases.with_bases(device.store.connection, ()) == ()


def test_a_signed_deliberation_has_what_was_signed_as_its_base(device: Local) -> None:
    first, signed = data("first"), data("signed", 1400)
    step = CircuitStep("Signature1", MAYOR.official_id, "Maire")
    device.tell(
        dossier(document("report", version(data("x")), kind=DocumentKind.REPORT)),
        Deliberation(
            deliberation_id="deliberation",
            sitting_id="sitting",
            assembly_id="council",
            number="2026-1",
            title="Budget",
            versions=(version(first), version(signed, 2)),
            steps=(step,),
            placed_at=clock.now(),
        ),
    )
    device.hold(first, data("x"))
    assert names(device, signed) == (sha256(first),)
