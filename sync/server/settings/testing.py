"""Settings of the tests and of the type checker."""

from __future__ import annotations

SECRET_KEY = "tests only"  # noqa: S105 no secret
INSTALLED_APPS: list[str] = []
USE_TZ = True
