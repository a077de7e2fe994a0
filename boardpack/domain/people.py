"""Authorities, their assemblies, and the people who hold mandates in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AuthorityKind(StrEnum):
    """Which legal rules an authority falls under."""

    COMMUNE = "commune"
    AGGLOMERATION = "agglomeration"
    DEPARTMENT = "department"
    REGION = "region"
    JOINT_BODY = "joint_body"


class AssemblyKind(StrEnum):
    """What an assembly is."""

    COUNCIL = "council"
    BUREAU = "bureau"
    COMMITTEE = "committee"
    TENDER_COMMISSION = "tender_commission"


class Role(StrEnum):
    """What a mandate makes of a person in one assembly."""

    MEMBER = "member"
    PRESIDENT = "president"
    VICE_PRESIDENT = "vice_president"
    SECRETARY_OFFICE = "secretary_office"


@dataclass(frozen=True)
class Authority:
    """A town, agglomeration, department, region or joint body."""

    authority_id: str
    name: str
    short_name: str
    siren: str
    kind: AuthorityKind


@dataclass(frozen=True)
class Assembly:
    """A council, bureau or committee of one authority.

    Attributes:
        colour: index 0–7 in the palette of assemblies of every theme; never the only mark.
        timezone: IANA name; sittings are shown in it and legal delays counted in it.
        key: short stable name that IT gave it; `sitting.toml` names assemblies by it.
        lease_days: dossiers close after so many days without contact; 0: never.
    """

    assembly_id: str
    authority_id: str
    name: str
    short_name: str
    kind: AssemblyKind
    colour: int
    timezone: str = "Europe/Paris"
    key: str = ""
    lease_days: int = 30


@dataclass(frozen=True)
class PoliticalGroup:
    """A political group of one assembly."""

    group_id: str
    assembly_id: str
    name: str
    short_name: str


@dataclass(frozen=True)
class Official:
    """A person: an elected official, or an agent whose mandates are `secretary_office`.

    Attributes:
        title: quality shown beside the name ("Maire", "Adjointe aux finances"), may be empty.
        recipient: public age recipient for this person's sealed notes (D6), empty before enrolment.
    """

    official_id: str
    first_name: str
    last_name: str
    title: str = ""
    recipient: str = ""

    @property
    def name(self) -> str:
        """First name, then last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Mandate:
    """One official in one assembly, for a period (`ends` excluded, None while open)."""

    mandate_id: str
    official_id: str
    assembly_id: str
    role: Role
    starts: date
    ends: date | None = None
    group_id: str | None = None

    def runs(self, day: date) -> bool:
        """Tell whether the mandate is in force on `day`."""
        return self.starts <= day and (self.ends is None or day < self.ends)
