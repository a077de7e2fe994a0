"""Settings behind HTTPS: chosen by itself when BOARDPACK_PUBLIC_URL begins with https://."""

from __future__ import annotations

from sync.server.settings.base import *  # noqa: F403 settings modules extend each other so in Django
from sync.server.settings.base import BEHIND_PROXY

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_SSL_REDIRECT = False
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
