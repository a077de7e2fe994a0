"""IT imports officials and mandates from a list: everything or nothing, as often as wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.db.models import Model

from sync.server import audit, transactions
from sync.server.actions.do_save_assembly import do_save_assembly
from sync.server.actions.do_save_authority import do_save_authority
from sync.server.actions.do_save_group import do_save_group
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.actions.do_save_official import do_save_official
from sync.server.models import Assembly, Authority, Mandate, Official, PoliticalGroup
from sync.server.officials_file import OfficialLine
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR
Row = TypeVar("Row", bound=Model)


@dataclass
class ImportReport:
    """How many rows of each kind were created, changed, or were so already."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)


def do_import_officials(actor: Acting, lines: Iterable[OfficialLine]) -> ImportReport:
    """Bring authorities, assemblies, groups, officials and mandates to what the lines say.

    What the lines do not name stays as it is: a mandate is ended by its `ends`, never by absence.
    """
    operator = require_operator(actor)
    wanted = list(lines)

    def act() -> ImportReport:
        importing = _Importing(operator)
        for line in wanted:
            importing.take(line)
        audit.record(operator, "import_officials", "", lines=len(wanted))
        return importing.report

    return transactions.run(act)


class _Importing:
    """One import under way; what several lines repeat is compared with the database once."""

    def __init__(self, actor: Acting) -> None:
        self.report = ImportReport()
        self._actor = actor
        self._done: dict[tuple[str, str], Model] = {}

    def take(self, line: OfficialLine) -> None:
        """Bring one line in."""
        authority = self._once("authority", line.authority_key, lambda: self._authority(line))
        assembly = self._once(
            "assembly", line.assembly_key, lambda: self._assembly(line, authority)
        )
        official = self._once("official", line.email, lambda: self._official(line))
        group = self._group(line, assembly) if line.political_group else None
        self._mandate(line, official, assembly, group)

    def _once(self, kind: str, key: str, bring: Callable[[], Row]) -> Row:
        found = self._done.get((kind, key))
        if found is None:
            found = self._done[kind, key] = bring()
        return found  # type: ignore[return-value] # one kind holds rows of one model

    def _save(
        self,
        kind: str,
        row: Row,
        values: Mapping[str, object],
        do_save: Callable[[Acting, Row], None],
        *,
        known: bool,
    ) -> Row:
        differs = [name for name, value in values.items() if getattr(row, name) != value]
        for name in differs:
            setattr(row, name, values[name])
        if differs or not known:
            do_save(self._actor, row)
            (self.report.changed if known else self.report.created)[kind] += 1
        else:
            self.report.unchanged[kind] += 1
        return row

    def _authority(self, line: OfficialLine) -> Authority:
        row = Authority.objects.filter(key=line.authority_key).first()
        values = {
            "name": line.authority_name,
            "kind": line.authority_kind.value,
            "siren": line.siren,
        }
        fresh = Authority(key=line.authority_key, short_name=line.authority_name[:60])
        return self._save(
            "authority", row or fresh, values, do_save_authority, known=row is not None
        )

    def _assembly(self, line: OfficialLine, authority: Authority) -> Assembly:
        row = Assembly.objects.filter(key=line.assembly_key).first()
        values = {
            "authority_id": authority.id,
            "name": line.assembly_name,
            "short_name": line.assembly_short,
            "kind": line.assembly_kind.value,
            "colour": line.colour,
        }
        fresh = Assembly(key=line.assembly_key)
        return self._save("assembly", row or fresh, values, do_save_assembly, known=row is not None)

    def _official(self, line: OfficialLine) -> Official:
        row = Official.objects.filter(email=line.email).first()
        values = {
            "last_name": line.last_name,
            "first_name": line.first_name,
            "title": line.title,
        }
        fresh = Official(email=line.email)
        return self._save("official", row or fresh, values, do_save_official, known=row is not None)

    def _group(self, line: OfficialLine, assembly: Assembly) -> PoliticalGroup:
        def bring() -> PoliticalGroup:
            name = line.political_group
            row = PoliticalGroup.objects.filter(assembly=assembly, name=name).first()
            fresh = PoliticalGroup(assembly=assembly, name=name, short_name=name[:60])
            known = row is not None
            return self._save("political_group", row or fresh, {}, do_save_group, known=known)

        return self._once("group", f"{assembly.id} {line.political_group}", bring)

    def _mandate(
        self,
        line: OfficialLine,
        official: Official,
        assembly: Assembly,
        group: PoliticalGroup | None,
    ) -> None:
        row = Mandate.objects.filter(
            official=official, assembly=assembly, role=line.role.value, starts=line.starts
        ).first()
        values = {"ends": line.ends, "group_id": group.id if group else None}
        fresh = Mandate(
            official=official, assembly=assembly, role=line.role.value, starts=line.starts
        )
        self._save("mandate", row or fresh, values, do_save_mandate, known=row is not None)
