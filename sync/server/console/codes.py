"""The page that shows enrolment codes, once, as text and as QR images."""

from __future__ import annotations

from collections.abc import Iterable

import segno
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from sync.server import identity
from sync.server.actions.do_issue_code import IssuedCode
from sync.server.api import addresses
from sync.server.console.site import site
from sync.server.models import Official
from sync.server.texts import _


def codes_page(request: HttpRequest, issued: Iterable[tuple[Official, IssuedCode]]) -> HttpResponse:
    """Return the page; nothing keeps the codes after it."""
    url = addresses.origin(request)
    codes = [
        {
            "official": official,
            "text": code.text,
            "expires_at": code.expires_at,
            "qr": segno.make(code.qr_content(url), error="m", micro=False).svg_data_uri(scale=4),
        }
        for official, code in issued
    ]
    context = {
        **site.each_context(request),
        "title": _("Enrolment codes"),
        "codes": codes,
        "url": url,
        "fingerprint": identity.fingerprint(),
        "warning": _("Shown once: print or hand over now. Each code works once, for 48 hours."),
        "address_label": _("Server address"),
        "until_label": _("Valid until"),
        "fingerprint_label": _("Key fingerprint"),
    }
    response = TemplateResponse(request, "console/codes.html", context)
    response["Cache-Control"] = "no-store"
    return response
