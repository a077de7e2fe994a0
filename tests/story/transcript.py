"""What the story prints: numbered steps with their time, facts below them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Transcript:
    """Writes to the terminal and, at the end, to a file."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Add a fact."""
        self._put(f"   {text}")

    @contextmanager
    def step(self, number: int, title: str) -> Iterator[None]:
        """A step of the story; its duration follows it."""
        self._put(f"\n{number}. {title}")
        began = time.monotonic()
        yield
        self._put(f"   … {time.monotonic() - began:.1f} s")

    def end(self, path: Path) -> None:
        """Say how long it all took and write the file."""
        self._put(f"\nThe whole story: {time.monotonic() - self._began:.1f} s")
        path.write_text("\n".join(self._lines) + "\n", encoding="utf-8")

    def _put(self, text: str) -> None:
        self._lines.append(text)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
