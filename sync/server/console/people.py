"""Pages of authorities, assemblies, groups, officials and mandates."""

from __future__ import annotations

from django.contrib.admin import action, display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from boardpack.domain.records import DeviceState
from sync.server import quota
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.actions.do_remove_mandate import do_remove_mandate
from sync.server.actions.do_save_assembly import do_save_assembly
from sync.server.actions.do_save_authority import do_save_authority
from sync.server.actions.do_save_group import do_save_group
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.actions.do_save_official import do_save_official
from sync.server.console.base import ConsoleAdmin, Doing, operator_of
from sync.server.console.codes import codes_page
from sync.server.console.site import site
from sync.server.models import Assembly, Authority, Device, Mandate, Official, PoliticalGroup
from sync.server.texts import _


@register(Authority, site=site)
class AuthorityAdmin(ConsoleAdmin):
    """Authorities."""

    doing = Doing(save=do_save_authority)
    list_display = ("name", "kind", "siren", "key", "stored")
    search_fields = ("name", "short_name", "siren", "key")

    @display(description=_("Files"))
    def stored(self, row: Authority) -> str:
        """Say how much it stores, and of how much."""
        used, whole = quota.used(row) // quota.MB, quota.quota(row)
        return f"{used} MB" if whole is None else f"{used} / {whole // quota.MB} MB"


@register(Assembly, site=site)
class AssemblyAdmin(ConsoleAdmin):
    """Assemblies."""

    doing = Doing(save=do_save_assembly)
    list_display = ("name", "authority", "kind", "key")
    list_filter = ("kind", "authority")
    search_fields = ("name", "short_name", "key", "authority__name")
    autocomplete_fields = ("authority",)


@register(PoliticalGroup, site=site)
class PoliticalGroupAdmin(ConsoleAdmin):
    """Political groups; one stays in its assembly."""

    doing = Doing(save=do_save_group)
    fixed = ("assembly",)
    list_display = ("name", "short_name", "assembly")
    list_filter = ("assembly",)
    search_fields = ("name", "short_name")
    autocomplete_fields = ("assembly",)


@register(Official, site=site)
class OfficialAdmin(ConsoleAdmin):
    """People; from here their enrolment codes are issued."""

    doing = Doing(save=do_save_official)
    list_display = ("last_name", "first_name", "title", "email", "device")
    list_display_links = ("last_name", "first_name")
    search_fields = ("last_name", "first_name", "email")
    actions = ("issue_codes",)

    @display(description=_("Active device"))
    def device(self, row: Official) -> str:
        """Name the active device."""
        found = Device.objects.filter(official=row, state=DeviceState.ACTIVE).first()
        return found.name if found else "—"

    @action(description=_("Issue enrolment codes (shown once)"))
    def issue_codes(self, request: HttpRequest, queryset: QuerySet[Official]) -> HttpResponse:
        """Issue a code for each person chosen, and show them on one page to print."""
        operator = operator_of(request)
        issued = [(official, do_issue_code(operator, official)) for official in queryset]
        return codes_page(request, issued)


@register(Mandate, site=site)
class MandateAdmin(ConsoleAdmin):
    """Mandates; one that is over gets an end, one that was a mistake is deleted."""

    doing = Doing(save=do_save_mandate, remove=do_remove_mandate)
    fixed = ("official", "assembly")
    list_display = ("official", "assembly", "role", "group", "starts", "ends")
    list_filter = ("assembly", "role")
    search_fields = ("official__last_name", "official__first_name", "assembly__name")
    autocomplete_fields = ("official", "assembly", "group")
