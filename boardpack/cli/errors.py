"""What can go wrong between a person and the command line."""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, SurroundingsError


class CommandUsageError(ActionableError):
    """The command was not written as it must be; ends with 2, as everywhere."""

    code = "cli.usage"
    exit_code = 2


class NoSecretError(ActionableError):
    """A secret is needed, and there is no terminal to ask for it."""

    code = "cli.no_secret"


class NoWindowError(ActionableError):
    """Qt is not installed here."""

    code = "cli.no_window"


class TargetExistsError(ActionableError):
    """A file or folder of that name exists; it is not replaced."""

    code = "cli.target_exists"


class CommandInterruptedError(SurroundingsError):
    """The person, or the system, stopped the command."""

    code = "cli.interrupted"


class ServerUnknownError(ActionableError):
    """No server of the profile is called so."""

    code = "cli.server_unknown"


class ServerNeededError(ActionableError):
    """The profile has several servers, and this is about one of them."""

    code = "cli.server_needed"
