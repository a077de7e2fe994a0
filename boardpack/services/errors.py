"""What can go wrong in services; texts stand in resources/errors under these codes."""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, SurroundingsError


class ErasedError(ActionableError):
    """What boardpack kept on this device was erased."""

    code = "account.erased"


class InUseError(ActionableError):
    """The server still wants this device: erasing it by hand would lose what was not sent."""

    code = "account.in_use"


class SittingUnknownError(ActionableError):
    """This device has no such sitting (left meanwhile, or mistyped)."""

    code = "reading.sitting_unknown"


class DocumentUnknownError(ActionableError):
    """This device has no such document or version."""

    code = "reading.document_unknown"


class DocumentNotHereError(SurroundingsError):
    """The bytes of the document have not been received yet."""

    code = "reading.document_not_here"


class LeaseOverError(ActionableError):
    """The server was not heard for too long: the dossiers of `assembly` wait for it, closed."""

    code = "reading.lease_over"


class MandateOverError(ActionableError):
    """The mandate in `assembly` is over: its dossiers are closed, and erased at `until`."""

    code = "reading.mandate_over"


class NotAllowedError(ActionableError):
    """The person's role does not allow this here."""

    code = "reading.not_allowed"


class CannotWriteError(ActionableError):
    """The place that the person chose refuses the file."""

    code = "reading.cannot_write"


class CannotReadError(ActionableError):
    """A file that the person named cannot be read."""

    code = "reading.cannot_read"


class FolderUnreadableError(ActionableError):
    """The push folder is no folder, is gone, or may not be listed."""

    code = "publishing.folder_unreadable"


class FolderEmptyError(ActionableError):
    """The push folder holds no file."""

    code = "publishing.folder_empty"


class TooManyFilesError(ActionableError):
    """The folder holds far more files than a sitting: the wrong one was dropped."""

    code = "publishing.too_many_files"


class SittingFileSyntaxError(ActionableError):
    """`sitting.toml` is not TOML."""

    code = "publishing.sitting_file_syntax"


class SittingFileKeyError(ActionableError):
    """`sitting.toml` has a word that means nothing."""

    code = "publishing.sitting_file_key"


class SittingFileValueError(ActionableError):
    """`sitting.toml` gives a thing in a form that cannot be read."""

    code = "publishing.sitting_file_value"


class AssemblyUnknownError(ActionableError):
    """No assembly of this name, or several, among those the person may publish for."""

    code = "publishing.assembly_unknown"


class NoSecretariatError(ActionableError):
    """The person prepares sittings of no assembly."""

    code = "publishing.no_secretariat"


class DraftUnknownError(ActionableError):
    """The draft was discarded."""

    code = "publishing.draft_unknown"


class DraftIncompleteError(ActionableError):
    """Something is still missing before the sitting can be sent."""

    code = "publishing.draft_incomplete"


class DraftBlockedError(ActionableError):
    """A file that is to be sent is damaged, protected, or at a place taken twice."""

    code = "publishing.draft_blocked"


class FileChangedError(ActionableError):
    """A file changed or vanished between the report and sending."""

    code = "publishing.file_changed"


class AlreadyToldError(ActionableError):
    """Readers know of the sitting: what corrects it goes to them at once."""

    code = "publishing.already_told"


class NothingToSendError(ActionableError):
    """Nothing differs from what was sent."""

    code = "publishing.nothing_to_send"


class FileTooLargeError(ActionableError):
    """A file is over the size that a server takes."""

    code = "publishing.file_too_large"


class NotSignableError(ActionableError):
    """A file among the deliberations cannot be signed."""

    code = "publishing.not_signable"


class NotPdfToSignError(ActionableError):
    """Only a PDF that opens can be signed."""

    code = "publishing.not_pdf_to_sign"


class AlreadyPlacedError(ActionableError):
    """A deliberation of this number was placed before, or the number stands twice."""

    code = "publishing.already_placed"


class NoSignatoryError(ActionableError):
    """No signatory, the same twice, or the same field twice."""

    code = "publishing.no_signatory"


class PersonUnknownError(ActionableError):
    """Nobody, or several people, of an assembly have this name."""

    code = "publishing.person_unknown"


class NoteUnknownError(ActionableError):
    """There is no such note any more."""

    code = "notes.unknown"


class NoteTooLargeError(ActionableError):
    """The note is larger than a server keeps."""

    code = "notes.too_large"


class NobodyToShareWithError(ActionableError):
    """None of the people chosen sits in the assembly today and has a device."""

    code = "notes.nobody_to_share_with"


class DeliberationUnknownError(ActionableError):
    """This device has no such deliberation."""

    code = "sign.deliberation_unknown"


class NoReasonError(ActionableError):
    """A refusal needs a reason."""

    code = "sign.no_reason"


class DamagedDeliberationError(SurroundingsError):
    """The bytes on this device are not those of the deliberation's digest."""

    code = "sign.damaged"


class SearchEmptyError(ActionableError):
    """The search has no letter or digit."""

    code = "search.empty"
