"""Who this server is: its key, which devices pin at enrolment, its identifier, its epoch."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from joserfc.jwk import ECKey

from boardpack.domain.errors import ActionableError
from sync.server.models import ServerState
from sync.server.secret_files import write_secret


class NotInitialisedError(ActionableError):
    """There is no server in this folder yet: run `boardpack-server init`."""

    code = "server.not_initialised"


def make_key() -> None:
    """Make the server's P-256 key unless there is one."""
    path: Path = settings.SERVER_KEY_FILE
    if not path.exists():
        key = ECKey.generate_key("P-256", private=True, auto_kid=False)
        write_secret(path, key.as_pem(private=True).decode("ascii"))


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> ECKey:
    return ECKey.import_key(path.read_bytes())


def server_key() -> ECKey:
    """Return the server's key pair.

    Raises:
        NotInitialisedError: there is none yet.
    """
    path: Path = settings.SERVER_KEY_FILE
    try:
        return _load(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise NotInitialisedError(folder=str(path.parent)) from error


def public_jwk() -> dict[str, str]:
    """Return the public key as a JWK of the four members that matter (RFC 7517)."""
    members = server_key().as_dict(private=False)
    return {name: str(members[name]) for name in ("kty", "crv", "x", "y")}


def fingerprint() -> str:
    """Return the SHA-256 thumbprint of the server's key (RFC 7638), base64url."""
    return server_key().thumbprint()


def require_initialised() -> None:
    """Refuse to go on where `init` was never run.

    Raises:
        NotInitialisedError: there is no secret.
    """
    if not settings.IS_INITIALISED:
        raise NotInitialisedError(folder=str(settings.DATA_FOLDER))


def ensure_state() -> ServerState:
    """Return the row of the server's identity, made at the first call."""
    return ServerState.objects.order_by("id").first() or ServerState.objects.create()


def state() -> ServerState:
    """Return the one row of the server's identity and epoch.

    Raises:
        NotInitialisedError: the database was not initialised.
    """
    row = ServerState.objects.order_by("id").first()
    if row is None:
        raise NotInitialisedError(folder=str(settings.DATA_FOLDER))
    return row
