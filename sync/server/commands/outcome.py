"""What a command found or did: facts for programs, lines for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`facts` are what `--json` prints (JSON values), `lines` what people read; exit 0 or 3."""

    facts: Mapping[str, object]
    lines: Sequence[str] = ()
    exit_code: int = 0
