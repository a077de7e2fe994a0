"""The console's site: superusers only, our name, few wrong passwords."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.forms import ValidationError
from django.http import HttpRequest

from boardpack.domain.refusals import TooManyTriesError
from sync.server.actions.do_count_try import do_count_try, require_few_tries
from sync.server.api import addresses
from sync.server.texts import _


class LoginForm(AdminAuthenticationForm):
    """Django's form, closed for a minute to an address that tried too often."""

    def clean(self) -> dict[str, object]:
        """Check name and password, unless too many wrong ones came from there."""
        address = addresses.sender(self.request) if self.request else ""
        try:
            require_few_tries("login", address)
        except TooManyTriesError as error:
            raise ValidationError(_("Too many wrong passwords: wait a minute.")) from error
        try:
            return dict(super().clean())
        except ValidationError:
            do_count_try("login", address)
            raise


class ConsoleSite(AdminSite):
    """Django's admin under /console/."""

    site_header = "boardpack"
    site_title = "boardpack"
    index_title = _("Console")
    site_url = None
    login_form = LoginForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Let superusers in, nobody else."""
        return bool(request.user.is_active and request.user.is_superuser)


site = ConsoleSite(name="console")
