"""The whole content of the server's tables, to prove that a refusal changed nothing."""

from __future__ import annotations

from typing import Any

from django.apps import apps

#: What a refusal may write: the answer itself, a wrong code's trace.
TRACES = {"AppliedEvent", "FailedTry", "SeenProof"}


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Return table → rows in a stable order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for model in apps.get_app_config("boardpack_server").get_models(include_auto_created=True):
        if model.__name__ not in TRACES:
            rows = model._default_manager.values_list()
            found[model.__name__] = sorted(tuple(map(repr, row)) for row in rows)
    return found
