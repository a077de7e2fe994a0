"""What doctor says: findings, and the report that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from boardpack.domain.errors import (
    ActionableError,
    BoardpackError,
    Parameter,
)


class Mend(StrEnum):
    """What a repair can do about a finding."""

    HERE = "here"
    SERVER = "server"
    PERSON = "person"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        error: its class in the error tree: code, family, texts.
        mend: `here`: a repair mends it on this device; `server`: a repair forgets what is damaged
            and the next exchange brings it again; `person`: the text says what to do.
        subject: which file, table or digest, when there can be several.
        mended: a repair was done, and a second look no longer found it.
    """

    error: type[BoardpackError]
    mend: Mend
    subject: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    mended: bool = False

    @property
    def code(self) -> str:
        """The stable name of this finding."""
        return self.error.code


def found(
    error: type[BoardpackError], mend: Mend, subject: str = "", **parameters: Parameter
) -> Finding:
    """Return a finding."""
    return Finding(error, mend, subject, parameters)


def raised(error: BoardpackError, mend: Mend, subject: str = "") -> Finding:
    """Return an error that was met as a finding."""
    return Finding(type(error), mend, subject, dict(error.parameters))


@dataclass(frozen=True)
class Report:
    """What was found, and what a repair did.

    Attributes:
        repaired: a repair was asked for and done.
        waiting: actions that wait to be sent, None when nobody can tell.
        files: files of documents that were read; 0 when that was not asked for.
        aside: names of files that were set aside in the profile.
    """

    findings: tuple[Finding, ...]
    repaired: bool = False
    waiting: int | None = None
    files: int = 0
    aside: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """What is not mended."""
        return tuple(each for each in self.findings if not each.mended)

    @property
    def exit_code(self) -> int:
        """0 when nothing is left to do; 3 when the person can act; else 75 or 70."""
        if not self.open:
            return 0
        if any(each.mend is not Mend.PERSON for each in self.open):
            return ActionableError.exit_code
        codes = {each.error.exit_code for each in self.open}
        return ActionableError.exit_code if ActionableError.exit_code in codes else max(codes)


def after_repair(before: Report, after: Report) -> Report:
    """Return one report: what was found first, marked where a second look found it gone."""
    left = {(each.code, each.subject) for each in after.findings}
    first = tuple(
        replace(each, mended=(each.code, each.subject) not in left) for each in before.findings
    )
    known = {(each.code, each.subject) for each in first}
    fresh = tuple(each for each in after.findings if (each.code, each.subject) not in known)
    return replace(after, findings=(*first, *fresh), repaired=True)
