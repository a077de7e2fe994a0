"""The import report, in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from boardpack.cli import texts
from boardpack.messages import _, error_text, ngettext
from boardpack.services.draft_models import (
    DeliberationFile,
    DraftView,
    FileProblem,
    FileReport,
    FileRole,
    Signatory,
)
from boardpack.services.publishing import missing_words


def draft_lines(view: DraftView) -> Iterator[str]:
    """Yield what was understood of a folder."""
    revision = _("revision {number}").format(number=view.revision) if view.already_sent else ""
    yield texts.joined(view.title, texts.moment(view.starts_at), view.place, revision)
    if view.convocation:
        yield _file(view.convocation)
    for item in view.items:
        yield f"{item.number}. {texts.joined(item.title, item.reporter)}"
        for file in item.files:
            yield _file(file)
    for file in (*view.others, *view.not_placed):
        yield _file(file)
    for absent in view.absent:
        state = _("taken out") if absent.withdrawn else _("no longer in the folder, kept")
        yield texts.joined(absent.label, absent.title, state)
    if view.missing:
        yield _("Missing: {what}").format(what=", ".join(missing_words(view.missing)))
    changes = ngettext("{number} change", "{number} changes", view.changes)
    yield texts.joined(
        changes.format(number=view.changes),
        texts.pages(view.total_pages),
        texts.size(view.total_bytes),
    )


def _file(file: FileReport) -> str:
    return "   " + texts.joined(
        file.path,
        _role(file),
        _change(file.change),
        texts.pages(file.pages),
        texts.size(file.size),
        *(_problem(each) for each in file.problems),
        _("same content as {names}").format(names=", ".join(file.same_as)) if file.same_as else "",
    )


def _role(file: FileReport) -> str:
    names = {
        FileRole.CONVOCATION: _("convocation"),
        FileRole.REPORT: _("report"),
        FileRole.ANNEX: _("annex"),
        FileRole.OTHER: _("other document"),
        FileRole.NOT_PLACED: "",
        FileRole.LEFT_OUT: _("left out"),
    }
    return names[file.role]


def _change(change: str) -> str:
    names = {
        "new": _("new"),
        "changed": _("changed"),
        "moved": _("moved"),
        "unchanged": _("unchanged"),
    }
    return names.get(change, "")


def _problem(problem: FileProblem) -> str:
    return {
        FileProblem.DAMAGED: _("DAMAGED"),
        FileProblem.PASSWORD: _("PASSWORD-PROTECTED"),
        FileProblem.SCAN: _("scan without text"),
        FileProblem.PARTLY_SCAN: _("partly a scan"),
        FileProblem.DUPLICATE: _("same content twice"),
        FileProblem.NOT_PLACED: _("not placed"),
        FileProblem.EMPTY: _("EMPTY"),
        FileProblem.SIGNED: _("already signed"),
        FileProblem.ACTIVE_CONTENT: _("active content"),
        FileProblem.SAME_PLACE: _("PLACE TAKEN TWICE"),
        FileProblem.NOT_PDF: _("NOT A PDF"),
    }[problem]


def act_lines(files: Sequence[DeliberationFile], signatories: Sequence[Signatory]) -> Iterator[str]:
    """Yield what was understood of acts to be signed, and by whom."""
    for file in files:
        item = _("item {number}").format(number=file.item_number) if file.item_number else ""
        problem = error_text(file.problem, dict(file.parameters)).title if file.problem else ""
        name = PurePath(file.path).name
        pages = texts.pages(file.pages)
        yield texts.joined(name, file.number, file.title, item, pages, problem)
        if file.rewritten:
            yield "   " + _("Formatted for signing: the content has not changed")
    for number, signatory in enumerate(signatories, start=1):
        yield f"{number}. {texts.joined(signatory.quality, signatory.field)}"
