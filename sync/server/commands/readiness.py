"""What must hold before a process serves or works."""

from __future__ import annotations

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from sync.server import identity
from sync.server.identity import NotInitialisedError


def require_ready() -> None:
    """Let pass when `init` was run since the last update.

    Raises:
        NotInitialisedError: it was not.
    """
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotInitialisedError(folder=str(settings.DATA_FOLDER))
    identity.server_key()
    identity.state()
