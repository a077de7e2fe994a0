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
from boardpack.messages import _, ngettext
from sync.server import identity
from sync.server.actions.do_note_disagreement import ACTION
from sync.server.commands.outcome import Outcome
from sync.server.jobs import queue
from sync.server.models import AuditLine, Blob, Device, Official, Sitting
from sync.server.storage.chosen import store

ACT_BY_HAND = 3
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def run(*, deep: bool) -> Outcome:
    """Look at database, secrets and files; `deep` also reads every file and checks its digest."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise identity.NotInitialisedError(folder=str(settings.DATA_FOLDER))
    state = identity.state()
    identity.server_key()
    problems = [
        *_secrets(),
        *_files(deep=deep),
        *_jobs(),
        *_idle(),
        *_disagreements(state.epoch),
        *_held(),
    ]
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
        size = store().size(row.sha256)
        if size is None:
            yield _("File {sha256} is missing.").format(sha256=row.sha256)
        elif size != row.size or (deep and not _intact(row)):
            yield _("File {sha256} is damaged.").format(sha256=row.sha256)


def _disagreements(epoch: str) -> Iterator[str]:
    """Devices that hold more, or another history, than this server since its last restore."""
    rows = AuditLine.objects.filter(action=ACTION, detail__epoch=epoch)
    count = rows.values("subject_id").distinct().count()
    text = ngettext(
        "{count} device holds more than this server, or another history: if a backup was"
        " restored, run boardpack-server restored.",
        "{count} devices hold more than this server, or another history: if a backup was"
        " restored, run boardpack-server restored.",
        count,
    )
    return _counted(count, text)


def _held() -> Iterator[str]:
    count = Sitting.objects.filter(held=True).count()
    text = ngettext(
        "{count} dossier waits since the restore: boardpack-server held.",
        "{count} dossiers wait since the restore: boardpack-server held.",
        count,
    )
    return _counted(count, text)


def _jobs() -> Iterator[str]:
    count = queue.given_up().count()
    text = ngettext(
        "{count} job was given up: boardpack-server jobs.",
        "{count} jobs were given up: boardpack-server jobs.",
        count,
    )
    return _counted(count, text)


def _idle() -> Iterator[str]:
    count = queue.overdue().count()
    text = ngettext(
        "{count} job waits and nobody works: start boardpack-server run, or work.",
        "{count} jobs wait and nobody works: start boardpack-server run, or work.",
        count,
    )
    return _counted(count, text)


def _counted(count: int, text: str) -> Iterator[str]:
    """Yield a problem when there is one or more of it."""
    if count:
        yield text.format(count=count)


def _intact(row: Blob) -> bool:
    digest = hashlib.sha256()
    for piece in store().pieces(row.sha256, 0, row.size):
        digest.update(piece)
    return digest.hexdigest() == row.sha256
