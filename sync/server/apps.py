"""The one Django application of the server."""

from __future__ import annotations

from django.apps import AppConfig


class ServerConfig(AppConfig):
    """Models, actions, API and console under one label."""

    name = "sync.server"
    label = "boardpack_server"
    verbose_name = "boardpack"
    default_auto_field = "django.db.models.BigAutoField"
