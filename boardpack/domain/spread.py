"""Fetching in turns: hundreds of devices must not fetch a dossier in the same second.

The server says over how many seconds. A device's place within them is a digest of device and
dossier: the same at each try, another one for the next dossier.
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

#: A shorter spread would spare nobody anything.
SHORTEST_S: Final = 5
LONGEST_S: Final = 3600


def spread_s(devices: int, size: int, line_mbit: int) -> int:
    """Return over how many seconds so many devices fetch so many bytes each; 0: at once.

    Args:
        devices: how many are told.
        size: bytes of the files.
        line_mbit: what the server's line carries, in megabits a second; 0: never spread.
    """
    if line_mbit <= 0:
        return 0
    needed = math.ceil(devices * size * 8 / (line_mbit * 1_000_000))
    return 0 if needed < SHORTEST_S else min(needed, LONGEST_S)


def place(device_id: str, dossier_id: str) -> float:
    """Return where in [0, 1) a device's turn for a dossier lies."""
    digest = hashlib.sha256(f"{device_id}\n{dossier_id}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def turn_in(since_told: float, spread: float, at: float) -> float:
    """Return the seconds until a turn, never more than the spread.

    Args:
        since_told: seconds since readers were told, both by the server's clock.
        spread: seconds that the server gave.
        at: the device's `place`.
    """
    return min(max(0.0, spread * at - since_told), spread)
