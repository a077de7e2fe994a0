"""Pages of devices and enrolment codes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import action, register
from django.db.models import QuerySet
from django.http import HttpRequest

from boardpack.messages import ngettext
from sync.server.actions.do_revoke_device import do_revoke_device
from sync.server.console.base import ConsoleAdmin, operator_of
from sync.server.console.site import site
from sync.server.models import Device, EnrolmentCode
from sync.server.texts import _


@register(Device, site=site)
class DeviceAdmin(ConsoleAdmin):
    """Devices; the only thing to do with one is to revoke it."""

    list_display = ("name", "official", "state", "enrolled_at", "seen_at", "ended_at")
    list_filter = ("state",)
    search_fields = ("name", "official__last_name", "official__first_name", "official__email")
    list_select_related = ("official",)
    actions = ("revoke",)

    @action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        """Revoke the devices chosen; it counts at once."""
        operator = operator_of(request)
        count = sum(do_revoke_device(operator, device) for device in queryset)
        text = ngettext("{count} device revoked.", "{count} devices revoked.", count)
        self.message_user(request, text.format(count=count), messages.SUCCESS)


@register(EnrolmentCode, site=site)
class EnrolmentCodeAdmin(ConsoleAdmin):
    """Codes that were issued; new ones come from the list of officials."""

    list_display = ("official", "issued_by", "created_at", "expires_at", "used_at", "device")
    list_select_related = ("official", "device__official")
    search_fields = ("official__last_name", "official__first_name", "official__email")
