"""The console's site: superusers only, our name."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from sync.server.texts import _


class ConsoleSite(AdminSite):
    """Django's admin under /console/."""

    site_header = "boardpack"
    site_title = "boardpack"
    index_title = _("Console")
    site_url = None
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Let superusers in, nobody else."""
        return bool(request.user.is_active and request.user.is_superuser)


site = ConsoleSite(name="console")
