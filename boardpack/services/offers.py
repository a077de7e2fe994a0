"""What a person types or scans to enrol: a one-time code and the address of a server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from boardpack.domain.errors import ActionableError

SCHEME: Final = "boardpack:"
#: Letters and digits that nobody takes for one another (no 0 O 1 I L U).
_CODE: Final = re.compile(r"[2-9A-HJKMNP-TV-Z]{12}")
#: SHA-256 in base64url without padding (RFC 7638).
_FINGERPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class MalformedCodeError(ActionableError):
    """What was typed is no enrolment code."""

    code = "account.malformed_code"


class AddressNeededError(ActionableError):
    """The code was typed without the address of the server."""

    code = "account.address_needed"


@dataclass(frozen=True)
class EnrolmentOffer:
    """Where to enrol, with which code, and which server key to expect there (empty: any)."""

    server_url: str
    code: str
    fingerprint: str = ""


def parse(text: str, server_url: str = "") -> EnrolmentOffer:
    """Read a typed code, or the content of a QR image.

    Args:
        text: `XXXX-XXXX-XXXX` in any case and spacing, or `boardpack:<url>#<code>#<fingerprint>`.
        server_url: of the server, for a typed code.

    Raises:
        MalformedCodeError: neither.
        AddressNeededError: a code, and no address.
    """
    text = text.strip()
    if text.lower().startswith(SCHEME):
        return _scanned(text[len(SCHEME) :])
    code = _code(text)
    if not server_url.strip():
        raise AddressNeededError
    return EnrolmentOffer(with_scheme(server_url), code)


def with_scheme(address: str) -> str:
    """Return an address as people type it (« actes.ville.fr ») with https before it."""
    address = address.strip().rstrip("/")
    return address if "://" in address else f"https://{address}"


def _scanned(content: str) -> EnrolmentOffer:
    parts = content.split("#")
    if len(parts) != 3 or not parts[0] or not _FINGERPRINT.fullmatch(parts[2]):  # noqa: PLR2004 url, code, key
        raise MalformedCodeError
    return EnrolmentOffer(parts[0].rstrip("/"), _code(parts[1]), parts[2])


def _code(text: str) -> str:
    plain = "".join(each for each in text.upper() if each.isalnum())
    if not _CODE.fullmatch(plain):
        raise MalformedCodeError
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
