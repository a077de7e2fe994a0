"""`enrol EMAIL`: a one-time code, shown once, as text and as a QR image."""

from __future__ import annotations

from pathlib import Path

import segno
from django.conf import settings

from boardpack.domain import clock
from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from sync.server import identity
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.commands.outcome import Outcome
from sync.server.models import Official
from sync.server.permission import Operator


class NoSuchOfficialError(ActionableError):
    """No official has this address or device (`given`)."""

    code = "server.no_such_official"


def find(email: str) -> Official:
    """Return the official with this address.

    Raises:
        NoSuchOfficialError: there is none.
    """
    official = Official.objects.filter(email=email.strip().lower()).first()
    if official is None:
        raise NoSuchOfficialError(given=email)
    return official


def run(*, email: str, url: str, qr: Path | None) -> Outcome:
    """Issue a code for the official at `email`."""
    official = find(email)
    identity.state()
    address = (url or str(settings.PUBLIC_URL) or "http://127.0.0.1:8000").rstrip("/")
    issued = do_issue_code(Operator("boardpack-server enrol"), official)
    content = issued.qr_content(address)
    if qr is not None:
        segno.make(content, error="m", micro=False).save(str(qr), kind="png", scale=6, border=4)
    until = issued.expires_at.astimezone()
    lines = [
        _("{name}: {code}").format(name=official, code=issued.text),
        _("Valid once, until {moment}.").format(moment=until.strftime("%d/%m/%Y %H:%M")),
        _("Server address: {url}").format(url=address),
    ]
    facts = {
        "email": official.email,
        "official": str(official),
        "code": issued.text,
        "expires_at": clock.stamp(issued.expires_at),
        "url": address,
        "fingerprint": identity.fingerprint(),
        "qr_content": content,
        "qr": str(qr or ""),
    }
    return Outcome(facts, lines)
