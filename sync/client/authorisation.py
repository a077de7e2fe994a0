"""Every call with a token and a proof: nonces followed, tokens renewed before they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

import msgspec

from sync.client import failures
from sync.client.connection import Request, ServerConnection
from sync.client.failures import Reply
from sync.client.proofs import DeviceKey
from sync.protocol.errors import NonceNeededError, NotAuthorisedError

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 a path
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: A token is renewed so long before it ends, by a clock that nobody sets.
_MARGIN: Final = 60.0
#: The first answer may bring the nonce, the second a newer one at the turn of its period.
_TRIES: Final = 3
_OK: Final = 200


@dataclass(frozen=True)
class _Token:
    text: str
    ends: float


class _TokenReply(msgspec.Struct):
    access_token: str
    expires_in: int


class Authorisation:
    """The token of one device at one server. Threads may share it."""

    def __init__(self, connection: ServerConnection, device_id: str, key: DeviceKey) -> None:
        """Authorise the calls of device `device_id` by its `key`."""
        self._connection = connection
        self._device_id = device_id
        self._key = key
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._nonce = ""

    def ask(self, request: Request) -> Reply:
        """Send an authorised request and return the whole answer, of any other status than 401.

        Raises:
            DeviceRevokedError, DeviceRetiredError: this device may not come in any more.
            ConnectionLostError, ThrottledError: not now.
        """
        for _ in range(_TRIES):
            token = self._valid_token()
            reply = self._connection.ask(self._signed(request, token))
            if not self._again(reply, token):
                return reply
        raise failures.failure(reply)

    def ask_by_key(self, request: Request) -> Reply:
        """Send a request with a proof by the device's key alone: a device that left has no token.

        Raises:
            DeviceRevokedError: it may not hand in anything.
            ConnectionLostError, ThrottledError: not now.
        """
        address = self._connection.url + request.path
        for _ in range(_TRIES - 1):
            reply = self._connection.ask(self._proved(request, address))
            self._learn(reply)
            if failures.problem_code(reply) != NonceNeededError.code:
                return reply
        return self._connection.ask(self._proved(request, address))

    def _proved(self, request: Request, address: str) -> Request:
        proof = self._key.proof(request.method, address, nonce=self._nonce)
        return replace(request, headers={**request.headers, "DPoP": proof})

    @contextmanager
    def stream(self, request: Request) -> Generator[tuple[Reply, Iterator[bytes]]]:
        """Send an authorised request; give status and headers, then the bytes as they come."""
        for _ in range(_TRIES):
            token = self._valid_token()
            with self._connection.stream(self._signed(request, token)) as (reply, pieces):
                if not self._again(reply, token):
                    yield reply, pieces
                    return
        raise failures.failure(reply)

    def _signed(self, request: Request, token: str) -> Request:
        address = self._connection.url + request.path
        proof = self._key.proof(request.method, address, nonce=self._nonce, token=token)
        headers = {**request.headers, "Authorization": f"DPoP {token}", "DPoP": proof}
        return replace(request, headers=headers)

    def _again(self, reply: Reply, token: str) -> bool:
        """Learn from an answer; tell whether the request should be sent once more."""
        self._learn(reply)
        if reply.status != failures.UNAUTHORISED:
            return False
        challenge = reply.headers.get("www-authenticate", "")
        code = failures.problem_code(reply)
        if code == NonceNeededError.code or "use_dpop_nonce" in challenge:
            return True
        if code == NotAuthorisedError.code or (not code and challenge.startswith("DPoP")):
            # The token ended, or the server forgot it: once more with a new one. Asking for it
            # also tells why, when this device may not come in any more.
            self._forget(token)
            return True
        raise failures.failure(reply)

    def _learn(self, reply: Reply) -> None:
        """Follow the server's nonce and its time."""
        self._nonce = reply.headers.get("dpop-nonce", self._nonce)
        server_time = failures.date_of(reply)
        if server_time is not None:
            self._key.learn_time(server_time)

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token is not None and self._token.text == token:
                self._token = None

    def _valid_token(self) -> str:
        with self._lock:
            if self._token is None or self._token.ends < time.monotonic():
                self._token = self._new_token()
            return self._token.text

    def _new_token(self) -> _Token:
        for _ in range(_TRIES):
            reply = self._connection.ask(self._token_request())
            self._learn(reply)
            if reply.status == _OK:
                return _read_token(reply)
            if failures.problem_code(reply) != NonceNeededError.code:
                break
        raise failures.failure(reply)

    def _token_request(self) -> Request:
        address = self._connection.url + TOKEN_PATH
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._key.assertion(self._device_id, address),
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "DPoP": self._key.proof("POST", address, nonce=self._nonce),
        }
        return Request("POST", TOKEN_PATH, headers, urlencode(form).encode())


def _read_token(reply: Reply) -> _Token:
    try:
        found = msgspec.json.decode(reply.body, type=_TokenReply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise failures.unreadable() from error
    return _Token(found.access_token, time.monotonic() + max(0.0, found.expires_in - _MARGIN))
