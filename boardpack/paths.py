"""Where our data files and a person's profile are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import platformdirs

_FROZEN: Final = getattr(sys, "_MEIPASS", None)
_ROOT: Final = Path(_FROZEN) if _FROZEN else Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """Return the path of a data file under `resources/`, from a checkout or a frozen program."""
    return _ROOT.joinpath("resources", *parts)


def default_profile() -> Path:
    """Return the profile folder used when none is named (one per account of the computer)."""
    return Path(platformdirs.user_data_dir("boardpack", appauthor=False)) / "profile"
