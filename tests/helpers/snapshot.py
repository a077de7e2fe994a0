"""The server's whole state, kept for tests that all begin at the same point of a long story."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model


@dataclass(frozen=True)
class Snapshot:
    """Rows of all the server's tables, and a copy of its files."""

    rows: list[tuple[type[Model], list[dict[str, Any]]]]
    files: Path
    key: bytes


def take(folder: Path) -> Snapshot:
    """Keep the present state; its files go to `folder`."""
    tables = apps.get_app_config("boardpack_server").get_models(include_auto_created=True)
    rows = [(table, list(table._default_manager.values())) for table in tables]
    shutil.copytree(settings.BLOB_FOLDER, folder)
    return Snapshot(rows, folder, Path(settings.SERVER_KEY_FILE).read_bytes())


def restore(snapshot: Snapshot) -> None:
    """Put the state in the place of the present one."""
    # Keys between tables are checked at the end of the transaction: any order does.
    with transaction.atomic():
        for table, _ in snapshot.rows:
            table._default_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
        for table, values in snapshot.rows:
            table._default_manager.bulk_create([table(**each) for each in values])
    shutil.rmtree(settings.BLOB_FOLDER, ignore_errors=True)
    shutil.copytree(snapshot.files, settings.BLOB_FOLDER)
    Path(settings.SERVER_KEY_FILE).write_bytes(snapshot.key)
