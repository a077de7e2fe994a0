"""`check`: is this server in order? Exit 0 when it is, 3 when somebody must act."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from boardpack.domain.records import DeviceState
from boardpack.messages import _
from sync.server import blobs, identity
from sync.server.commands.outcome import Outcome
from sync.server.models import Blob, Device, Official, Sitting

ACT_BY_HAND = 3
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def run(*, deep: bool) -> Outcome:
    """Look at database, secrets and files; `deep` also reads every file and checks its digest."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise identity.NotInitialisedError(folder=str(settings.DATA_FOLDER))
    state = identity.state()
    identity.server_key()
    problems = [*_secrets(), *_files(deep=deep)]
    facts = {
        "server_id": state.id,
        "database": connection.vendor,
        "officials": Official.objects.count(),
        "active_devices": Device.objects.filter(state=DeviceState.ACTIVE).count(),
        "sittings": Sitting.objects.count(),
        "files": Blob.objects.count(),
        "problems": problems,
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if name != "problems"]
    lines += problems or [_("All is in order.")]
    return Outcome(facts, lines, ACT_BY_HAND if problems else 0)


def _secrets() -> Iterator[str]:
    if os.name != "posix":
        return
    for path in (Path(settings.SECRET_FILE), Path(settings.SERVER_KEY_FILE)):
        if path.exists() and path.stat().st_mode & _OTHERS:
            yield _("{path} may be read by others: chmod 600 it.").format(path=path)


def _files(*, deep: bool) -> Iterator[str]:
    for row in Blob.objects.order_by("sha256").iterator():
        path = blobs.path_of(row.sha256)
        if not path.is_file():
            yield _("File {sha256} is missing.").format(sha256=row.sha256)
        elif path.stat().st_size != row.size or (deep and not _intact(path, row.sha256)):
            yield _("File {sha256} is damaged.").format(sha256=row.sha256)


def _intact(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
