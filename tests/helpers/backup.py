"""A backup of the server's database, and its restore: every table, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model


def _models() -> list[type[Model]]:
    found = apps.get_app_config("boardpack_server").get_models(include_auto_created=True)
    return sorted(found, key=lambda model: model.__name__)


@dataclass(frozen=True)
class Backup:
    """Rows of every table as they were; files are not part of it, as `rsync` keeps them all."""

    rows: list[tuple[type[Model], list[dict[str, Any]]]]

    @classmethod
    def take(cls) -> Backup:
        """Take one now."""
        return cls(
            [
                (model, list(model._default_manager.values(*(f.attname for f in _fields(model)))))
                for model in _models()
            ]
        )

    def restore(self) -> None:
        """Put every table back as it was."""
        with connection.constraint_checks_disabled(), transaction.atomic():
            for model, _ in self.rows:
                model._default_manager.all()._raw_delete(connection.alias)  # type: ignore[attr-defined]
            for model, rows in self.rows:
                model._default_manager.bulk_create([model(**row) for row in rows])


def _fields(model: type[Model]) -> list[Any]:
    return [each for each in model._meta.concrete_fields if each.column is not None]
