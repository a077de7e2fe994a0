"""Profiles that cost nothing to make and to open, where neither is what a test is about."""

from __future__ import annotations

import pytest

from boardpack.sealing.wrap import Cost
from boardpack.store import database, keys


def secrets(patch: pytest.MonkeyPatch) -> None:
    """Let one guess of the secret cost nothing."""
    patch.setattr(keys, "COST", Cost(memory=8, passes=1))


def profiles(patch: pytest.MonkeyPatch) -> None:
    """And let the ballast against full disks be small."""
    secrets(patch)
    patch.setattr(database, "BALLAST_BYTES", 4096)
