"""Looking at who holds the store's key, and getting it."""

from __future__ import annotations

from pathlib import Path

from boardpack.sealing.errors import DamagedSealError
from boardpack.services.health.errors import KeyFileError, ProfileFileError
from boardpack.services.health.findings import Finding, Mend, found, raised
from boardpack.store import keys, twice
from boardpack.store.errors import (
    KeyringAbsentError,
    KeyringForeignError,
    KeyringLockedError,
    KeyringLostError,
)


def look(folder: Path) -> tuple[keys.Profile | None, list[Finding]]:
    """Return whose profile it is, and what is wrong with the file that says it."""
    try:
        profile = keys.read_profile(folder)
    except KeyringLostError as error:
        return None, [raised(error, Mend.PERSON)]
    if profile is not None and not twice.is_whole(folder, keys.PROFILE):
        return profile, [found(ProfileFileError, Mend.HERE)]
    return profile, []


def look_at_holder(folder: Path, profile: keys.Profile) -> tuple[bool, list[Finding]]:
    """Tell whether the wrapped key can be had, whatever the secret; and what is wrong there."""
    try:
        whole = keys.look_at_holder(folder, profile)
    except DamagedSealError:
        # No copy of it is whole: that is as good as lost, and only IT can help.
        return False, [found(KeyringLostError, Mend.PERSON)]
    except (
        KeyringLostError,
        KeyringLockedError,
        KeyringAbsentError,
        KeyringForeignError,
    ) as error:
        return False, [raised(error, Mend.PERSON)]
    return True, [] if whole else [found(KeyFileError, Mend.HERE)]
