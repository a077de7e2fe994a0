"""What doctor finds; texts stand in resources/errors under these codes.

They are told, never raised. Damage that other parts raise has codes of its own (`store.*`).
"""

from __future__ import annotations

from boardpack.domain.errors import ActionableError


class ProfileFileError(ActionableError):
    """`profile.json` is gone or says nothing; its copy says it."""

    code = "doctor.profile_file"


class KeyFileError(ActionableError):
    """`keys.sealed` is gone, damaged or another's; its copy opens."""

    code = "doctor.key_file"


class LeftoverError(ActionableError):
    """A copy that an interrupted migration or repair left."""

    code = "doctor.leftover"


class BallastError(ActionableError):
    """The ballast is gone, and there is room for it."""

    code = "doctor.ballast"


class OlderStoreError(ActionableError):
    """An older boardpack wrote the database. Parameters: `found`, `known` schema numbers."""

    code = "doctor.older_store"


class JournalCutError(ActionableError):
    """The database's journal ends in the middle of a change."""

    code = "doctor.journal_cut"


class JournalForeignError(ActionableError):
    """The journal beside the database is not its own."""

    code = "doctor.journal_foreign"


class LogGoneError(ActionableError):
    """`own.log` is not there, or opens with no key that we have."""

    code = "doctor.log_gone"


class LogDamagedError(ActionableError):
    """Some places of `own.log` do not open."""

    code = "doctor.log_damaged"


class ActionsMissingError(ActionableError):
    """The database lacks actions that `own.log` has. Parameter: `count`."""

    code = "doctor.actions_missing"


class AccountMissingError(ActionableError):
    """The database does not say whose device this is."""

    code = "doctor.account_missing"


class ActionUnreadableError(ActionableError):
    """An action of the outbox cannot be read. Parameter: `count`."""

    code = "doctor.action_unreadable"


class ActionFileMissingError(ActionableError):
    """An action waits for a file that is nowhere any more. Parameter: `title`."""

    code = "doctor.action_file_missing"


class ReferencesError(ActionableError):
    """Records of the server do not fit together. Parameter: `count`."""

    code = "doctor.references"


class CursorError(ActionableError):
    """How far the feeds were read makes no sense."""

    code = "doctor.cursor"


class IndexDamagedError(ActionableError):
    """The search index is damaged."""

    code = "doctor.index"


class FileMissingError(ActionableError):
    """A file that should be here is not. Parameter: `title`."""

    code = "doctor.file_missing"


class FileDamagedError(ActionableError):
    """A file has not the bytes of its digest. Parameter: `title`."""

    code = "doctor.file_damaged"


class FilesExchangedError(ActionableError):
    """A file stands in the place of another. Parameter: `title`."""

    code = "doctor.files_exchanged"


class FileUnknownError(ActionableError):
    """A sealed file of which nothing is known."""

    code = "doctor.file_unknown"


class FileForeignError(ActionableError):
    """A file that is not boardpack's lies among its files. Parameter: `name`."""

    code = "doctor.file_foreign"


class PartLeftError(ActionableError):
    """A part of a file that nothing takes up again."""

    code = "doctor.part_left"
