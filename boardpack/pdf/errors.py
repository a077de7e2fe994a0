"""What can go wrong with documents. The worker process names these by code; see `refusal`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from boardpack.domain.errors import (
    ActionableError,
    BoardpackError,
    BugError,
    Parameter,
    SurroundingsError,
)
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError


class PasswordProtectedError(ActionableError):
    """The document opens with a password only, and none or a wrong one was given."""

    code = "pdf.password_protected"


class NotPdfError(ActionableError):
    """The file is something else than a PDF."""

    code = "pdf.not_pdf"


class DamagedPdfError(ActionableError):
    """The document cannot be opened, or has no page that can be found."""

    code = "pdf.damaged"


class PageDamagedError(ActionableError):
    """One page cannot be read. `page` counts from 1."""

    code = "pdf.page_damaged"


class PageHungError(ActionableError):
    """One page takes for ever (or killed the worker twice). `page` counts from 1."""

    code = "pdf.page_hung"


class DocumentHungError(ActionableError):
    """Opening the document takes for ever."""

    code = "pdf.document_hung"


class TooHeavyError(ActionableError):
    """The document asks for more memory than the worker may have."""

    code = "pdf.too_heavy"


class NotRewritableError(ActionableError):
    """The document cannot be written anew: it is signed, or would not be the same afterwards."""

    code = "pdf.not_rewritable"


class WorkerDiedError(SurroundingsError):
    """The worker process ended, or never started: a crash, or not enough memory."""

    code = "pdf.worker_died"


class UnreadableFileError(SurroundingsError):
    """The disk does not give the file called `name`."""

    code = "pdf.unreadable_file"


class UnknownPageError(BugError):
    """A page was asked for that the document does not have."""

    code = "pdf.unknown_page"


class UnknownDocumentError(BugError):
    """A handle was used that is not open."""

    code = "pdf.unknown_document"


class WorkerFailedError(BugError):
    """The worker raised something nobody foresaw. `what` is the exception's type."""

    code = "pdf.worker_failed"


#: What the worker may say. It reads hostile bytes: nothing else is believed.
_REFUSALS: Final[dict[str, type[BoardpackError]]] = {
    each.code: each
    for each in (
        PasswordProtectedError,
        NotPdfError,
        DamagedPdfError,
        PageDamagedError,
        TooHeavyError,
        NotRewritableError,
        UnreadableFileError,
        WorkerFailedError,
        DamagedSealError,
        WrongKeyError,
        UnreadableSealError,
    )
}


_PARAMETERS: Final = ("page", "name", "what")


def refusal(code: str, parameters: Mapping[str, Parameter]) -> BoardpackError:
    """Return the error that the worker named."""
    kind = _REFUSALS.get(code)
    if kind is None:
        return WorkerFailedError(what="unknown code")
    return kind(**{name: parameters[name] for name in _PARAMETERS if name in parameters})
