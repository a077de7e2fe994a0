"""What is known of a profile, or of one account of it, whether it is open or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from boardpack.domain.errors import Parameter


class ProfileKind(StrEnum):
    """What can be done with a profile, or with one account of it."""

    NEW = "new"
    LOCKED = "locked"
    OPEN = "open"
    ERASED = "erased"


@dataclass(frozen=True)
class ProfileState:
    """What is shown before a profile is unlocked, or of one of its accounts.

    Attributes:
        keyring: the key lies (or will lie) in the system's keyring, so that a PIN is enough.
        account: names the account; empty for the first.
        code, parameters: why the account is not open, or failed while it was; empty when all went
            well.
    """

    kind: ProfileKind
    official_name: str
    authority_name: str
    server_url: str
    keyring: bool
    account: str = ""
    code: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)

    @property
    def server(self) -> str:
        """The host of the server, for people."""
        return host(self.server_url)


def host(server_url: str) -> str:
    """Return what people read of a server's address."""
    return urlsplit(server_url).netloc or server_url
