"""What a command found or did: facts for programs, lines for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Fact: TypeAlias = str | int | bool | Sequence[str] | Sequence[Mapping[str, str | int]]


@dataclass(frozen=True)
class Outcome:
    """`facts` are printed by `--json`, `lines` otherwise; `exit_code` 0 or 3."""

    facts: Mapping[str, Fact]
    lines: list[str] = field(default_factory=list)
    exit_code: int = 0
