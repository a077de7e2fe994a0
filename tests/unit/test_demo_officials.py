"""The demo's officials: a file that the server takes whole, and the people that the story needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardpack.domain.people import Role
from sync.server.officials_file import OfficialLine, read

FILE = Path(__file__).parents[2] / "resources" / "demo" / "officials.csv"


@pytest.fixture(scope="module")
def lines() -> tuple[OfficialLine, ...]:
    file = read(FILE.read_bytes())
    assert file.bad == ()
    return file.lines


def test_about_sixty_people_in_five_assemblies_of_three_authorities(
    lines: tuple[OfficialLine, ...],
) -> None:
    assert 55 <= len({line.email for line in lines}) <= 65
    assert len({line.assembly_key for line in lines}) == 5
    assert len({line.authority_key for line in lines}) == 3
    assert len({line.colour for line in lines}) == 5


def test_the_town_council_has_its_legal_number_of_seats(lines: tuple[OfficialLine, ...]) -> None:
    # 10 000 to 19 999 inhabitants: 33 seats (CGCT, art. L. 2121-2).
    seats = [
        line
        for line in lines
        if line.assembly_key == "aubrelles-cm" and line.role is not Role.SECRETARY_OFFICE
    ]
    assert len(seats) == 33
    assert [line.email for line in seats if line.role is Role.PRESIDENT] == [
        "philippe.authier@elus.example"
    ]


def test_one_councillor_sits_in_all_three_authorities(lines: tuple[OfficialLine, ...]) -> None:
    hers = [line for line in lines if line.email == "helene.varenne@elus.example"]
    assert len({line.authority_key for line in hers}) == 3
    sits_in = {
        email: {line.assembly_key for line in lines if line.email == email}
        for email in {line.email for line in lines}
    }
    assert sum(len(assemblies) >= 2 for assemblies in sits_in.values()) >= 10


def test_every_assembly_has_a_secretariat_and_a_president(lines: tuple[OfficialLine, ...]) -> None:
    for assembly in {line.assembly_key for line in lines}:
        roles = [line.role for line in lines if line.assembly_key == assembly]
        assert Role.SECRETARY_OFFICE in roles
        assert roles.count(Role.PRESIDENT) == 1


def test_addresses_are_reserved_ones_and_numbers_are_well_formed(
    lines: tuple[OfficialLine, ...],
) -> None:
    assert all(line.email.endswith(".example") for line in lines)
    for siren in {line.siren for line in lines}:
        doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(siren)]
        assert sum(value // 10 + value % 10 for value in doubled) % 10 == 0
