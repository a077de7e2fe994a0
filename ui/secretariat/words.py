"""What the import report says, in words; pure."""

from __future__ import annotations

from boardpack.messages import _
from boardpack.services.draft_models import FileProblem, FileRole


def problem_name(problem: FileProblem) -> str:
    """Return a problem in a few words."""
    return {
        FileProblem.DAMAGED: _("Damaged"),
        FileProblem.PASSWORD: _("Password-protected"),
        FileProblem.SCAN: _("Scan without text"),
        FileProblem.PARTLY_SCAN: _("Partly a scan"),
        FileProblem.DUPLICATE: _("Same content twice"),
        FileProblem.NOT_PLACED: _("Not placed"),
        FileProblem.EMPTY: _("Empty"),
        FileProblem.SIGNED: _("Already signed"),
        FileProblem.ACTIVE_CONTENT: _("Active content"),
        FileProblem.SAME_PLACE: _("Place taken twice"),
        FileProblem.NOT_PDF: _("Not a PDF"),
    }[problem]


def problem_advice(problem: FileProblem) -> str:
    """Return what to do about a problem."""
    replace = _("Replace it in the folder, then read the folder again; or leave it out.")
    return {
        FileProblem.DAMAGED: replace,
        FileProblem.PASSWORD: _(
            "Save it without a password in the folder, then read the folder again; or leave it out."
        ),
        FileProblem.SCAN: _("It can be read, but nobody can search in it or mark its words."),
        FileProblem.PARTLY_SCAN: _("Words cannot be searched or marked on the scanned pages."),
        FileProblem.DUPLICATE: _("Leave one of them out if it is there by mistake."),
        FileProblem.NOT_PLACED: _("Say what it is, or leave it out; as it is, it is not sent."),
        FileProblem.EMPTY: replace,
        FileProblem.SIGNED: _("It is sent as it is."),
        FileProblem.ACTIVE_CONTENT: _("Scripts and forms in it will not work in the reader."),
        FileProblem.SAME_PLACE: _("Give one of the two another number."),
        FileProblem.NOT_PDF: replace,
    }[problem]


def role_name(role: FileRole) -> str:
    """Return what a file is in its dossier."""
    return {
        FileRole.CONVOCATION: _("Convocation"),
        FileRole.REPORT: _("Report"),
        FileRole.ANNEX: _("Annex"),
        FileRole.OTHER: _("Other document"),
        FileRole.NOT_PLACED: _("Not placed"),
        FileRole.LEFT_OUT: _("Left out"),
    }[role]


def missing_words(what: str) -> tuple[str, str]:
    """Return what still must be given before sending, and how."""
    above = _("Fill in the field below.")
    words = {
        "assembly": (_("The assembly is not known"), above),
        "date": (_("The date and hour are not known"), above),
        "place": (_("The place is not known"), above),
        "title": (_("The title is not known"), above),
        "convocation": (
            _("The convocation is missing"),
            _("Put it in the folder and read the folder again, or say which file it is."),
        ),
        "items": (
            _("The agenda has no item"),
            _("Name the reports by their number: “01 - Title.pdf”."),
        ),
        "item_titles": (_("An item has no title"), _("Choose it in the agenda and give it one.")),
    }
    return words.get(what, (what, ""))
