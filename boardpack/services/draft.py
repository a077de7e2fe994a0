"""A sitting in preparation as it is kept: what the folder said, and what the person corrected."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from boardpack.domain.dossier import Dossier
from boardpack.services.draft_models import (
    Corrections,
    FileProblem,
    FileRole,
    ItemCorrection,
    Placing,
)
from boardpack.services.push_folder import NamedPlace, tidy
from boardpack.services.sitting_toml import ItemWords, SittingWords

DEFAULT_ZONE: Final = "Europe/Paris"
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ _T]+(\d{1,2})[hH:](\d\d))?(?!\d)")
_FRENCH_DAY: Final = re.compile(r"(?<!\d)(\d\d)[-.](\d\d)[-.](\d{4})(?!\d)")


@dataclass(frozen=True)
class DraftFile:
    """One file of the folder: its bytes' facts, and the place that its name says.

    Attributes:
        path: tidy relative name (see `push_folder.files_of`).
        problems: of the bytes alone.
    """

    path: str
    sha256: str
    size: int
    media_type: str
    pages: int
    pages_without_text: int
    problems: tuple[FileProblem, ...]
    place: NamedPlace


@dataclass(frozen=True)
class Draft:
    """A draft. What the person corrected stands apart, so that a new look at the folder keeps it.

    Attributes:
        folder: the folder, as the system names it; empty when files were dropped one by one.
        dropped: files dropped one by one.
        sent: it was sent; kept so that a second push of the folder is of the same sitting.
        as_new: the person said that it is of no sitting sent before.
    """

    sitting_id: str
    folder: bytes
    dropped: tuple[bytes, ...]
    files: tuple[DraftFile, ...]
    words: SittingWords = field(default_factory=SittingWords)
    assembly_id: str = ""
    corrections: Corrections = field(default_factory=Corrections)
    sent: bool = False
    as_new: bool = False

    @property
    def source(self) -> Path | tuple[Path, ...]:
        """Where the files are."""
        if self.folder:
            return Path(os.fsdecode(self.folder))
        return tuple(Path(os.fsdecode(each)) for each in self.dropped)

    @property
    def folder_name(self) -> str:
        """The folder's own name, for people."""
        return tidy(Path(os.fsdecode(self.folder)).name) if self.folder else ""

    def place_of(self, file: DraftFile) -> NamedPlace:
        """Where a file goes: where the person put it, else where its name says."""
        for placing in self.corrections.files:
            if placing.path == file.path:
                return _placed(placing, file)
        return file.place

    def item_words(self, number: int) -> ItemWords:
        """What the person, else the folder, says of an item."""
        words = next((each for each in self.words.items if each.number == number), None)
        words = words or ItemWords(number)
        for said in self.corrections.items:
            if said.number == number:
                return replace(
                    words,
                    title=words.title if said.title is None else said.title,
                    reporter=words.reporter if said.reporter is None else said.reporter,
                    closed=words.closed if said.closed is None else said.closed,
                )
        return words

    def starts_at(self, zone: str, base: Dossier | None) -> datetime | None:
        """When the sitting starts, in its town's time zone; None while unknown."""
        there = ZoneInfo(zone)
        said = self.corrections.starts_at
        if said is not None:
            return said.astimezone(there) if said.tzinfo else said.replace(tzinfo=there)
        day, hour = _moment_in(self.folder_name)
        day, hour = self.words.day or day, self.words.hour or hour
        if day is not None and hour is not None:
            return datetime.combine(day, hour, there)
        return base.starts_at.astimezone(there) if base else None


def _placed(placing: Placing, file: DraftFile) -> NamedPlace:
    item = placing.role in {FileRole.REPORT, FileRole.ANNEX}
    return NamedPlace(
        role=placing.role,
        title=placing.title or file.place.title,
        item_number=placing.item_number if item else 0,
        annex_number=placing.annex_number if placing.role is FileRole.ANNEX else 0,
    )


def _moment_in(name: str) -> tuple[date | None, time | None]:
    """Read "2026-09-24 18h30 Conseil" or "CM 24-09-2026"."""
    iso, french = _ISO_DAY.search(name), _FRENCH_DAY.search(name)
    try:
        if iso:
            hour = time(int(iso[4]), int(iso[5])) if iso[4] else None
            return date(int(iso[1]), int(iso[2]), int(iso[3])), hour
        if french:
            return date(int(french[3]), int(french[2]), int(french[1])), None
    except ValueError:
        # Digits that are no date: the folder says nothing.
        return None, None
    return None, None


def merged(old: Corrections, new: Corrections) -> Corrections:
    """Lay `new` over `old`."""
    return Corrections(
        assembly_id=old.assembly_id if new.assembly_id is None else new.assembly_id,
        title=old.title if new.title is None else new.title,
        starts_at=old.starts_at if new.starts_at is None else new.starts_at,
        place=old.place if new.place is None else new.place,
        items=_merged_items(old.items, new.items),
        files=tuple({each.path: each for each in (*old.files, *new.files)}.values()),
        withdraw=old.withdraw if new.withdraw is None else new.withdraw,
    )


def _merged_items(
    old: Sequence[ItemCorrection], new: Sequence[ItemCorrection]
) -> tuple[ItemCorrection, ...]:
    found = {each.number: each for each in old}
    for each in new:
        under = found.get(each.number, ItemCorrection(each.number))
        found[each.number] = ItemCorrection(
            each.number,
            under.title if each.title is None else each.title,
            under.reporter if each.reporter is None else each.reporter,
            under.closed if each.closed is None else each.closed,
        )
    return tuple(found.values())


def encode(draft: Draft) -> bytes:
    """Return the bytes that the store keeps."""
    return msgspec.json.encode(draft)


def decode(data: bytes) -> Draft:
    """Read what `encode` wrote in this very store."""
    return msgspec.json.decode(data, type=Draft)
