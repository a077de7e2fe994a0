"""What a test runs inside a session of its own, to meet the system's real keyring: prints JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from boardpack.domain.errors import BoardpackError
from boardpack.store import keys

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


def forget(folder: Path) -> dict[str, object]:
    """Destroy the wrapped key."""
    profile = keys.read_profile(folder)
    assert profile is not None
    keys.forget(folder, profile)
    return {}


def look() -> dict[str, object]:
    """Say whether there is a keyring."""
    return {"keyring": keys.has_keyring()}


def main() -> None:
    """Run the actions named in the arguments; a failure ends them."""
    folder = Path(sys.argv[1])
    done: dict[str, object] = {}
    for action in sys.argv[2:]:
        name, _, argument = action.partition(":")
        try:
            match name:
                case "look":
                    done |= look()
                case "create":
                    done |= create(folder)
                case "unlock":
                    done |= unlock(folder, argument or SECRET)
                case "change":
                    done |= change(folder)
                case "forget":
                    done |= forget(folder)
        except BoardpackError as error:
            done |= {"action": name, "code": error.code}
            break
    print(json.dumps(done))  # noqa: T201 that is its answer


if __name__ == "__main__":
    main()
