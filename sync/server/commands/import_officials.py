"""`import-officials FILE.csv`: everything or nothing, as often as wanted."""

from __future__ import annotations

from pathlib import Path

from boardpack.messages import _, ngettext
from sync.server import identity, officials_file
from sync.server.actions.do_import_officials import ImportReport, do_import_officials
from sync.server.commands.outcome import Outcome
from sync.server.officials_file import BadOfficialsFileError, OfficialsFile
from sync.server.permission import Operator

ACT_BY_HAND = 3


def run(*, file: Path) -> Outcome:
    """Import the file, unless a line of it is bad: then nothing is."""
    identity.state()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadOfficialsFileError(reason=error.strerror or str(error)) from error
    found = officials_file.read(data)
    if found.bad:
        return _refused(found)
    report = do_import_officials(Operator("boardpack-server import-officials"), found.lines)
    return Outcome(_facts(report, len(found.lines)), _lines(report))


def _refused(found: OfficialsFile) -> Outcome:
    bad = [{"line": each.line, "reason": each.reason} for each in found.bad]
    count = len(bad)
    text = ngettext(
        "Nothing was imported: {count} line is bad.",
        "Nothing was imported: {count} lines are bad.",
        count,
    )
    lines = [text.format(count=count)]
    lines += [
        _("line {line}: {reason}").format(line=each.line, reason=each.reason) for each in found.bad
    ]
    return Outcome({"applied": False, "bad": bad}, lines, ACT_BY_HAND)


def _facts(report: ImportReport, count: int) -> dict[str, object]:
    return {
        "applied": True,
        "lines": count,
        "created": dict(sorted(report.created.items())),
        "changed": dict(sorted(report.changed.items())),
        "unchanged": dict(sorted(report.unchanged.items())),
        "bad": [],
    }


def _lines(report: ImportReport) -> list[str]:
    names = {
        "authority": _("authorities"),
        "assembly": _("assemblies"),
        "official": _("officials"),
        "political_group": _("political groups"),
        "mandate": _("mandates"),
    }
    row = _("{kind}: {created} created, {changed} changed, {unchanged} as before")
    return [
        row.format(
            kind=text,
            created=report.created[kind],
            changed=report.changed[kind],
            unchanged=report.unchanged[kind],
        )
        for kind, text in names.items()
    ]
