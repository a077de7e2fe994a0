"""Erasing a profile in a process that dies at a chosen step."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from boardpack.bootstrap import open_program
from boardpack.domain import clock
from boardpack.sealing.errors import WrongSecretError
from boardpack.sealing.wrap import Cost
from boardpack.store import farewell, keys, leaving
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.farewell import Farewell
from tests.helpers.local import COUNCIL, KEY
from tests.helpers.town import SECRET


def note(profile: keys.Profile) -> Farewell:
    """Return why the profile is erased."""
    return Farewell(
        at=clock.now(),
        ordered=True,
        reason="lost",
        device_name="Tablette",
        authority_name="Ville",
        server_url="https://actes.test",
        statement="a.b.c",
        profile=profile,
    )


def wipe(folder: Path) -> None:
    """Erase the profile in `folder`, which is closed."""
    found = keys.read_profile(folder)
    assert found is not None
    farewell.begin(folder, note(found))
    farewell.finish(folder)


def _die_at(folder: Path, step: int, *, network: bool = False) -> None:
    """Die by SIGKILL just before the given step on the files of `folder`, from now on.

    With `network`, what is done with sockets counts as steps too.
    """
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    keys.keyring_backend()
    steps = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        of_files = event.startswith(("open", "os.", "shutil.")) and str(folder) in repr(arguments)
        if of_files or (network and event.startswith("socket.")):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def die_at(folder: Path, step: int) -> None:
    """Erase the profile, and die at a step."""
    _die_at(folder, step)
    wipe(folder)


def change_until(folder: Path, step: int) -> None:
    """Change the secret, and die at a step."""
    keys.COST = Cost(memory=8, passes=1)  # type: ignore[misc]  # a process of its own
    found = keys.read_profile(folder)
    assert found is not None
    _die_at(folder, step)
    keys.change_secret(folder, found, "quatre mots sans rapport", "une autre phrase de passe")


def miss_until(folder: Path, step: int) -> None:
    """Miss once, and die at a step."""
    found = keys.read_profile(folder)
    assert found is not None
    _die_at(folder, step)
    with contextlib.suppress(WrongSecretError):
        keys.unlock(folder, found, "ce n'est pas la bonne")


def leave_until(folder: Path, step: int) -> None:
    """Erase the dossiers of an assembly that was left, and die at a step; 1 is before COMMIT."""
    store = Store.open(folder, KEY)
    _die_at(folder, step - 1)
    with store.transaction() as connection:
        leaving.leave(connection, COUNCIL.assembly_id)
        if step == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    BlobStore(store).sweep()
    store.close()


def exchange_until(folder: Path, step: int) -> None:
    """Exchange with the server, and die at a step."""
    program = open_program(folder)
    session = program.unlock(SECRET)
    _die_at(folder, step, network=True)
    session.synchronizing.sync_once()
    program.lock()
