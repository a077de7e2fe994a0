"""What a test runs inside a session of its own, to meet the system's real keyring: prints JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from boardpack.domain.errors import BoardpackError
from boardpack.sealing.errors import WrongSecretError
from boardpack.store import farewell, keys
from tests.helpers import wiped

SECRET = "528491"
OTHER = "730264"
PHRASE = "quatre mots sans rapport"


def create(folder: Path) -> dict[str, object]:
    """Make a key and have it held; print what the profile says."""
    secret = SECRET if keys.has_keyring() else PHRASE
    profile, key = keys.create(folder, secret)
    keys.save_profile(folder, keys.with_names(profile, "Élise Moreau", "Saint-Aubert", "https://x"))
    files = sorted(each.name for each in folder.iterdir())
    return {"holder": profile.holder.value, "key": key.hex(), "files": files}


def unlock(folder: Path, secret: str = SECRET) -> dict[str, object]:
    """Return the key as the keyring gives it."""
    profile = keys.read_profile(folder)
    assert profile is not None
    return {"key": keys.unlock(folder, profile, secret).hex(), "name": profile.official_name}


def change(folder: Path) -> dict[str, object]:
    """Change the secret, then unlock by the new one."""
    profile = keys.read_profile(folder)
    assert profile is not None
    keys.change_secret(folder, profile, SECRET, OTHER)
    return unlock(folder, OTHER)


def miss(folder: Path) -> dict[str, object]:
    """Try wrong PINs until one has to wait."""
    for number in range(9):
        try:
            unlock(folder, f"1{number}5938")
        except WrongSecretError:
            continue
    return {}


def exchange_with(folder: Path) -> dict[str, object]:
    """Put another profile's key where this profile's is, as a restored backup may."""
    profile = keys.read_profile(folder)
    backend = keys.keyring_backend()
    assert profile is not None
    assert backend is not None
    other, _ = keys.create(folder, SECRET)
    backend.set_password(
        keys.SERVICE,
        profile.profile_id,
        backend.get_password(keys.SERVICE, other.profile_id) or "",
    )
    return {}


def forget(folder: Path) -> dict[str, object]:
    """Destroy the wrapped key."""
    profile = keys.read_profile(folder)
    assert profile is not None
    keys.forget(folder, profile)
    return {}


def wipe(folder: Path) -> dict[str, object]:
    """Erase the profile, as after an order; print what is left of it."""
    if keys.read_profile(folder) is not None:
        wiped.wipe(folder)
    note = farewell.finish(folder)
    assert note is not None
    return {"complete": note.complete, "files": sorted(each.name for each in folder.iterdir())}


def held(folder: Path) -> dict[str, object]:
    """Say whether the keyring holds anything of ours."""
    backend = keys.keyring_backend()
    assert backend is not None
    name = (folder / "name").read_text()
    return {"held": backend.get_password(keys.SERVICE, name) is not None}


def look() -> dict[str, object]:
    """Say whether there is a keyring."""
    return {"keyring": keys.has_keyring()}


ACTIONS: dict[str, Callable[..., dict[str, object]]] = {
    "look": lambda _folder: look(),
    "create": create,
    "unlock": unlock,
    "change": change,
    "miss": miss,
    "exchange": exchange_with,
    "forget": forget,
    "wipe": wipe,
    "held": held,
}


def main() -> None:
    """Run the actions named in the arguments (`name` or `name:argument`); a failure ends them."""
    folder = Path(sys.argv[1])
    done: dict[str, object] = {}
    for action in sys.argv[2:]:
        name, _, argument = action.partition(":")
        try:
            done |= ACTIONS[name](folder, *([argument] if argument else []))
        except BoardpackError as error:
            done |= {"action": name, "code": error.code}
            break
    print(json.dumps(done))  # noqa: T201 that is its answer


if __name__ == "__main__":
    main()
