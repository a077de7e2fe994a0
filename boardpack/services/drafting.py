"""Drafts in the store: found again, laid over the sitting that they correct. Store lane."""

from __future__ import annotations

from dataclasses import replace

from boardpack.annotation.text import fold
from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Assembly
from boardpack.services import draft as kept
from boardpack.services.context import Context
from boardpack.services.draft import DEFAULT_ZONE, Draft
from boardpack.services.draft_models import Corrections, DraftRow, DraftView
from boardpack.services.errors import DraftUnknownError, SittingUnknownError
from boardpack.services.import_report import header, report
from boardpack.services.library import Library
from boardpack.services.revise import Header
from boardpack.services.secretariat import my_assemblies
from boardpack.store import drafts
from boardpack.store.drafts import StoredDraft


class Drafting:
    """One person's drafts, over one look at the store."""

    def __init__(self, context: Context) -> None:
        """Work on this profile, as it is now."""
        self._connection = context.store.connection
        self._store = context.store
        self.library = Library(context)

    def every(self) -> tuple[DraftRow, ...]:
        """Return the drafts not sent yet, the last touched first."""
        stored = drafts.every(self._connection)
        found = ((kept.decode(each.body), each) for each in stored)
        return tuple(self._row(draft, each) for draft, each in found if not draft.sent)

    def _row(self, draft: Draft, stored: StoredDraft) -> DraftRow:
        view = self.view(draft)
        return DraftRow(
            sitting_id=draft.sitting_id,
            title=view.title,
            assembly=self.library.badge(view.assembly_id) if view.assembly_id else None,
            starts_at=view.starts_at,
            folder=view.folder,
            at=stored.at,
        )

    def one(self, sitting_id: str) -> Draft:
        """Return a draft.

        Raises:
            DraftUnknownError: it was discarded.
        """
        stored = drafts.one(self._connection, sitting_id)
        if stored is None:
            raise DraftUnknownError
        return kept.decode(stored.body)

    def keep(self, draft: Draft) -> DraftView:
        """Write a draft at its sitting, and return its report."""
        found = self._identified(draft)
        with self._store.transaction() as connection:
            if draft.sitting_id and draft.sitting_id != found.sitting_id:
                drafts.drop(connection, draft.sitting_id)
            stored = StoredDraft(found.sitting_id, kept.encode(found), clock.now())
            drafts.keep(connection, stored)
        return self.view(found)

    def begin(self, draft: Draft, sitting_id: str, corrections: Corrections) -> Draft:
        """Return the draft of a folder just examined, as one of its sitting.

        It goes on with what was corrected the last time this folder was examined, unless that
        sitting is over, or `sitting.toml` now tells another one.

        Raises:
            SittingUnknownError: `sitting_id` names none of this device.
        """
        if sitting_id:
            if self.library.find(sitting_id) is None:
                raise SittingUnknownError
            return replace(draft, sitting_id=sitting_id, corrections=corrections)
        earlier = None if draft.as_new else self._earlier(draft)
        if earlier is None:
            return self._identified(replace(draft, corrections=corrections))
        return self._identified(
            replace(
                draft,
                sitting_id=earlier.sitting_id,
                assembly_id=draft.assembly_id or earlier.assembly_id,
                corrections=kept.merged(earlier.corrections, corrections),
            )
        )

    def _earlier(self, draft: Draft) -> Draft | None:
        for stored in drafts.every(self._connection):
            earlier = kept.decode(stored.body)
            if draft.folder and earlier.folder == draft.folder and self._goes_on(draft, earlier):
                return earlier
        return None

    def _goes_on(self, draft: Draft, earlier: Draft) -> bool:
        base = self.base(earlier)
        if base is None:
            return not earlier.sent
        if self.library.is_past(base):
            return False
        assembly = self.library.assemblies.get(base.assembly_id)
        zone = assembly.timezone if assembly else DEFAULT_ZONE
        told = draft.starts_at(zone, None)
        same_time = told is None or told == base.starts_at or told == earlier.starts_at(zone, None)
        return same_time and draft.assembly_id in {"", base.assembly_id}

    def _identified(self, draft: Draft) -> Draft:
        """Return the draft as one of a sitting: that of the same assembly at the same time."""
        if self.base(draft) is not None:
            return draft
        twin = "" if draft.as_new else self._twin(draft)
        return replace(draft, sitting_id=twin or draft.sitting_id or ids.new_id())

    def _twin(self, draft: Draft) -> str:
        assembly = self.assembly(draft)
        starts_at = draft.starts_at(assembly.timezone, None) if assembly else None
        if assembly is None or starts_at is None:
            return ""
        title = fold(draft.corrections.title or draft.words.title or assembly.name)
        for sitting_id, each in self.library.dossiers.items():
            dossier = each.dossier
            if dossier.assembly_id != assembly.assembly_id:
                continue
            there = self.library.local(dossier.starts_at, dossier.assembly_id)
            same_day = there.date() == starts_at.date() and fold(dossier.title) == title
            if same_day or dossier.starts_at == starts_at:
                return sitting_id
        return ""

    def assembly(self, draft: Draft) -> Assembly | None:
        """Return the assembly that a draft is for: a sitting sent before stays where it is."""
        base = self.base(draft)
        if base is not None:
            return self.library.assemblies.get(base.assembly_id)
        wanted = draft.corrections.assembly_id or draft.assembly_id
        return my_assemblies(self.library).get(wanted)

    def base(self, draft: Draft) -> Dossier | None:
        """Return the revision in force that a draft corrects."""
        found = self.library.find(draft.sitting_id) if draft.sitting_id else None
        return found.dossier if found else None

    def view(self, draft: Draft) -> DraftView:
        """Return the report of a draft."""
        return report(draft, self.base(draft), self.assembly(draft))

    def header(self, draft: Draft) -> Header | None:
        """Return what stands above the agenda, None while something of it is missing."""
        return header(draft, self.base(draft), self.assembly(draft))

    def adjust(self, sitting_id: str, corrections: Corrections) -> DraftView:
        """Apply what the person corrected; kept at once.

        Raises:
            DraftUnknownError: it was discarded.
        """
        draft = self.one(sitting_id)
        merged = kept.merged(draft.corrections, corrections)
        return self.keep(replace(draft, corrections=merged, sent=False))

    def drop(self, sitting_id: str) -> None:
        """Forget a draft."""
        with self._store.transaction() as connection:
            drafts.drop(connection, sitting_id)
