"""The import of officials: everything or nothing, as often as wanted."""

import pytest

from sync.protocol.errors import RoleNeededError
from sync.server import officials_file
from sync.server.actions.do_import_officials import do_import_officials
from sync.server.models import Assembly, AuditLine, Authority, Change, Mandate, Official
from sync.server.officials_file import COLUMNS, BadOfficialsFileError
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader
from tests.helpers.server_state import contents

LINE = {
    "authority_key": "bourg",
    "authority_name": "Ville de Bourg",
    "authority_kind": "commune",
    "siren": "987654321",
    "assembly_key": "bourg-cm",
    "assembly_name": "Conseil municipal",
    "assembly_short": "CM",
    "assembly_kind": "council",
    "colour": "2",
    "last_name": "Évrard",
    "first_name": "Noé",
    "email": "noe@bourg.fr",
    "title": "Maire",
    "role": "president",
    "political_group": "Ensemble",
    "starts": "2026-03-22",
    "ends": "",
}


def text(*lines: dict[str, str], delimiter: str = ",") -> bytes:
    rows = [delimiter.join(COLUMNS)]
    rows += [delimiter.join(line[each] for each in COLUMNS) for line in lines]
    return "\r\n".join([*rows, ""]).encode()


def bring(*lines: dict[str, str]):
    found = officials_file.read(text(*lines))
    assert not found.bad, found.bad
    return do_import_officials(worlds.IT, found.lines)


OTHER = LINE | {"email": "lea@bourg.fr", "last_name": "Roy", "first_name": "Léa", "role": "member"}


def test_everything_that_a_line_needs_is_made(db) -> None:
    report = bring(LINE, OTHER)
    assert dict(report.created) == {
        "authority": 1,
        "assembly": 1,
        "official": 2,
        "political_group": 1,
        "mandate": 2,
    }
    assert Authority.objects.get().key == "bourg"
    assert Assembly.objects.get().colour == 2
    feed = f"assembly:{Assembly.objects.get().id}"
    kinds = list(Change.objects.filter(feed=feed).values_list("kind", flat=True))
    assert sorted(kinds) == sorted(
        ["authority", "assembly", "political_group", *["official", "mandate"] * 2]
    )
    assert AuditLine.objects.filter(action="import_officials").count() == 1


def test_a_second_import_changes_nothing(db) -> None:
    bring(LINE, OTHER)
    before = contents()
    report = bring(LINE, OTHER)
    assert not report.created
    assert not report.changed
    assert dict(report.unchanged) == {
        "authority": 1,
        "assembly": 1,
        "official": 2,
        "political_group": 1,
        "mandate": 2,
    }
    after = contents()
    assert len(after.pop("AuditLine")) == len(before.pop("AuditLine")) + 1
    assert after == before


def test_what_differs_is_changed_and_told(db, files) -> None:
    from sync.server import identity

    identity.make_key()
    identity.ensure_state()
    bring(LINE, OTHER)
    reader = Reader(worlds.person(Official.objects.get(email="lea@bourg.fr")))
    reader.sync()
    ended = OTHER | {"ends": "2026-04-01", "title": "Conseillère", "email": "LEA@Bourg.FR"}
    report = bring(LINE, ended)
    assert dict(report.changed) == {"official": 1, "mandate": 1}
    reader.sync()
    assembly = Assembly.objects.get()
    assert reader.of("official")[reader.person.official.id].title == "Conseillère"
    assert not reader.of("access")[assembly.id].granted


def test_what_is_not_named_stays(db) -> None:
    bring(LINE, OTHER)
    bring(LINE)
    assert Mandate.objects.count() == 2


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_spreadsheets_files_are_read(delimiter, encoding) -> None:
    data = text(LINE | {"starts": "22/03/2026"}, delimiter=delimiter).decode().encode(encoding)
    found = officials_file.read(data)
    assert not found.bad
    assert found.lines[0].last_name == "Évrard"
    assert found.lines[0].starts.isoformat() == "2026-03-22"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("authority_key", ""),
        ("authority_key", "a b"),
        ("authority_kind", "planet"),
        ("siren", "12"),
        ("assembly_kind", ""),
        ("assembly_short", "x" * 61),
        ("colour", "8"),
        ("colour", "red"),
        ("last_name", ""),
        ("first_name", "a\0b"),
        ("email", "nobody"),
        ("email", "a@b@c"),
        ("role", "king"),
        ("starts", ""),
        ("starts", "2026-13-01"),
        ("starts", "31/02/2026"),
        ("ends", "soon"),
        ("ends", "2026-03-21"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(column, value) -> None:
    found = officials_file.read(text(LINE, OTHER | {column: value}))
    assert [each.line for each in found.bad] == [3]
    assert column in found.bad[0].reason or column == "ends"
    assert len(found.lines) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("authority_name", "Autre"), ("siren", "111111111"), ("assembly_kind", "bureau")],
)
def test_lines_that_contradict_each_other_are_named(column, value) -> None:
    found = officials_file.read(text(LINE, OTHER | {column: value}))
    assert [each.line for each in found.bad] == [3]
    assert "2" in found.bad[0].reason


@pytest.mark.parametrize(
    "data",
    [b"", b"a,b\n1,2\n", b"\0\0\0", b"\xff\xfe\x00", text(LINE).replace(b"email", b"mail")],
)
def test_what_is_no_list_is_refused(data) -> None:
    with pytest.raises(BadOfficialsFileError):
        officials_file.read(data)


def test_a_line_too_short_or_too_long_is_bad_or_read() -> None:
    short = text(LINE) + b"bourg,Ville\r\n"
    assert [each.line for each in officials_file.read(short).bad] == [3]
    long = text(LINE).rstrip() + b",extra,extra\r\n"
    assert not officials_file.read(long).bad


def test_nothing_is_half_applied(transactional_db, monkeypatch) -> None:
    """Whatever fails in the middle takes everything back."""
    from sync.server.actions import do_import_officials as module

    calls = []
    real = module.do_save_mandate

    def failing(actor: object, row: object) -> None:
        calls.append(row)
        if len(calls) == 2:
            raise ZeroDivisionError
        real(actor, row)

    monkeypatch.setattr(module, "do_save_mandate", failing)
    found = officials_file.read(text(LINE, OTHER))
    with pytest.raises(ZeroDivisionError):
        do_import_officials(worlds.IT, found.lines)
    assert not Authority.objects.exists()
    assert not Change.objects.exists()
    assert not AuditLine.objects.exists()


def test_only_operators_import(world) -> None:
    with pytest.raises(RoleNeededError):
        do_import_officials(worlds.person(world.agent), officials_file.read(text(LINE)).lines)
    assert not Authority.objects.filter(key="bourg").exists()
