"""The page between "Revoke" and revoking: what is to become of the devices chosen."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from boardpack.domain.records import RevocationReason
from sync.server.actions.do_revoke_device import Revocation
from sync.server.console.site import site
from sync.server.models import Device
from sync.server.models.enrolment import REASONS
from sync.server.texts import _

_ONLY: Final = "revoke"
_WIPE: Final = "wipe"
_DRAIN: Final = "drain"
FATES: Final = [
    (_ONLY, _("Revoke only: what it holds stays on it, under its PIN or passphrase")),
    (_DRAIN, _("Revoke and erase, after it handed in the notes and receipts that wait")),
    (_WIPE, _("Revoke and erase at once: what was not sent is lost")),
]


class RevokeForm(forms.Form):
    """What to do, and why."""

    fate = forms.ChoiceField(
        label=_("What becomes of the device"), choices=FATES, widget=forms.RadioSelect
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)

    @property
    def revocation(self) -> Revocation:
        """What was chosen; the form must be valid."""
        fate = self.cleaned_data["fate"]
        return Revocation(
            wipe=fate != _ONLY,
            drain=fate == _DRAIN,
            reason=RevocationReason(self.cleaned_data["reason"]),
        )


def ask(request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | Revocation:
    """Return what was chosen, or the page that asks."""
    form = RevokeForm(request.POST if "fate" in request.POST or "asked" in request.POST else None)
    if form.is_bound and form.is_valid():
        return form.revocation
    context = {
        **site.each_context(request),
        "title": _("Revoke"),
        "form": form,
        "devices": queryset,
        "checkbox": ACTION_CHECKBOX_NAME,
        "warning": _(
            "It counts at once and is never taken back. An order to erase is obeyed at the "
            "device's next contact; a device that never comes online is not erased."
        ),
        "go": _("Revoke"),
    }
    return TemplateResponse(request, "console/revoke.html", context)
