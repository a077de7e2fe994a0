"""The calls of a device without a key: enrolling (RFC 7591), and having erased itself."""

from __future__ import annotations

from typing import Final, TypeVar

import httpx
import msgspec

from boardpack.domain.ports import Applicant, Registration
from sync.client import failures
from sync.client.connection import Request, ServerConnection

T = TypeVar("T")

REGISTER_PATH: Final = "/oauth/register"
ERASED_PATH: Final = "/api/v1/erased"
_OK, _CREATED = 200, 201


class _Noted(msgspec.Struct):
    device_id: str


class _Registered(msgspec.Struct):
    client_id: str
    official_id: str
    official_name: str
    authority_names: tuple[str, ...]
    server_id: str
    server_key: dict[str, str]
    retired: str = ""
    identity_kept: bool = False


class HttpRegistrar:
    """Reaches a server to enrol at it (`boardpack.domain.ports.Registrar`)."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        """Reach the server at `url`.

        Raises:
            BadAddressError: `url` is no address of a server.
        """
        self._connection = ServerConnection(url, client)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def register(self, applicant: Applicant) -> Registration:
        """Enrol the device with its one-time code."""
        body = {
            "client_name": applicant.device_name,
            "jwks": {"keys": [dict(applicant.device_key)]},
            "token_endpoint_auth_method": "private_key_jwt",
            "boardpack": {"recipient": applicant.recipient, "replace": applicant.replace},
        }
        headers = {
            "Authorization": f"Bearer {applicant.code}",
            "Content-Type": "application/json",
        }
        reply = self._connection.ask(
            Request("POST", REGISTER_PATH, headers, msgspec.json.encode(body))
        )
        if reply.status != _CREATED:
            raise failures.failure(reply)
        found = _read(reply.body, _Registered)
        return Registration(
            device_id=found.client_id,
            official_id=found.official_id,
            official_name=found.official_name,
            authority_names=found.authority_names,
            server_id=found.server_id,
            server_key=found.server_key,
            retired=found.retired,
            identity_kept=found.identity_kept,
        )

    def tell_erased(self, statement: str) -> None:
        """Tell the server what a device said when it erased itself."""
        headers = {"Content-Type": "application/jose"}
        reply = self._connection.ask(Request("POST", ERASED_PATH, headers, statement.encode()))
        if reply.status != _OK:
            raise failures.failure(reply)
        _read(reply.body, _Noted)


def _read(body: bytes, kind: type[T]) -> T:
    """Read the server's own answer: a login page's 200 is none."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise failures.unreadable() from error
