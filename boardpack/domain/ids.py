"""Identifiers that sort by time (UUID version 7, RFC 9562 §5.7)."""

from __future__ import annotations

from typing import Final

import uuid_utils

LENGTH: Final = 36


def new_id() -> str:
    """Return a new identifier: 36 lower-case characters that sort by creation time."""
    return str(uuid_utils.uuid7())
