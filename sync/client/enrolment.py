"""Enrolling: the one call that a device makes before the server knows it (RFC 7591)."""

from __future__ import annotations

from typing import Final

import httpx
import msgspec

from boardpack.domain.ports import Applicant, Registration
from sync.client import failures
from sync.client.connection import Request, ServerConnection

REGISTER_PATH: Final = "/oauth/register"
_CREATED: Final = 201


class _Registered(msgspec.Struct):
    client_id: str
    official_id: str
    official_name: str
    authority_names: tuple[str, ...]
    server_id: str
    server_key: dict[str, str]
    retired: str = ""


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
        try:
            found = msgspec.json.decode(reply.body, type=_Registered)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise failures.unreadable() from error
        return Registration(
            device_id=found.client_id,
            official_id=found.official_id,
            official_name=found.official_name,
            authority_names=found.authority_names,
            server_id=found.server_id,
            server_key=found.server_key,
            retired=found.retired,
        )
