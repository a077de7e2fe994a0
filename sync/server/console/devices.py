"""Pages of devices and enrolment codes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import action, display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from boardpack.messages import ngettext
from sync.server.actions.do_revoke_device import do_revoke_device
from sync.server.console import revoking
from sync.server.console.base import ConsoleAdmin, operator_of
from sync.server.console.site import site
from sync.server.models import Device, EnrolmentCode
from sync.server.texts import _


@register(Device, site=site)
class DeviceAdmin(ConsoleAdmin):
    """Devices; the only thing to do with one is to revoke it."""

    list_display = ("name", "official", "state", "enrolled_at", "seen_at", "ended_at", "erasure")
    list_filter = ("state",)
    search_fields = ("name", "official__last_name", "official__first_name", "official__email")
    list_select_related = ("official",)
    actions = ("revoke",)

    @display(description=_("Erasure"))
    def erasure(self, row: Device) -> str:
        """Say whether it was told to erase itself, and whether it did."""
        if row.erased_at:
            return str(_("erased on {when}")).format(
                when=date_format(localtime(row.erased_at), "SHORT_DATETIME_FORMAT")
            )
        if row.wipe:
            return str(_("ordered, not heard of yet"))
        return "—"

    @action(description=_("Revoke…"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        """Ask what becomes of the devices chosen, then revoke them; it counts at once."""
        asked = revoking.ask(request, queryset)
        if isinstance(asked, HttpResponse):
            return asked
        operator = operator_of(request)
        count = sum(do_revoke_device(operator, device, asked) for device in queryset)
        text = ngettext("{count} device revoked.", "{count} devices revoked.", count)
        self.message_user(request, text.format(count=count), messages.SUCCESS)
        return None


@register(EnrolmentCode, site=site)
class EnrolmentCodeAdmin(ConsoleAdmin):
    """Codes that were issued; new ones come from the list of officials."""

    list_display = ("official", "issued_by", "created_at", "expires_at", "used_at", "device")
    list_select_related = ("official", "device__official")
    search_fields = ("official__last_name", "official__first_name", "official__email")
