"""The one error tree.

Three families, by blame (docs/errors.md lists every code):

* ``ActionableError``: the person can do something about it (exit code 3).
* ``SurroundingsError``: network, disk or server failed; trying again later may work (75).
* ``BugError``: our fault; it must reach us (70).

Each concrete class has one stable ``code``. Its texts stand in ``resources/errors/*.toml`` under
that code: ``title`` (what happened), ``safe`` (what is not lost), ``do`` (what to do). They may use
the error's parameters as ``{name}``. Adapters translate foreign exceptions at their door with
``raise … from``.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

Parameter: TypeAlias = str | int


class BoardpackError(Exception):
    """Root of every failure that boardpack names.

    Attributes:
        code: stable identifier, ``family.detail``; never shown alone to a person.
        exit_code: what the command line ends with.
        parameters: values for the text of that code; never secrets.
    """

    code: ClassVar[str]
    exit_code: ClassVar[int]

    def __init__(self, **parameters: Parameter) -> None:
        """Keep the parameters; the text is looked up by code when it is shown."""
        self.parameters: dict[str, Parameter] = parameters
        detail = ", ".join(f"{key}={value}" for key, value in parameters.items())
        super().__init__(f"{self.code} ({detail})" if detail else self.code)


class ActionableError(BoardpackError):
    """The person can act."""

    exit_code = 3


class SurroundingsError(BoardpackError):
    """The surroundings failed: try again later."""

    exit_code = 75


class BugError(BoardpackError):
    """We have a bug."""

    exit_code = 70


def error_classes() -> dict[str, type[BoardpackError]]:
    """Return every concrete error class that has been imported, by code."""
    found: dict[str, type[BoardpackError]] = {}
    waiting: list[type[BoardpackError]] = [BoardpackError]
    while waiting:
        parent = waiting.pop()
        waiting.extend(parent.__subclasses__())
        if "code" in parent.__dict__:
            found[parent.code] = parent
    return found
