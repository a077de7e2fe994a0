"""What can go wrong on the way to the server, in words of ours.

`boardpack.domain.ports` holds the two that the exchange reasons about: a lost connection, and a
server that asks to come back later.
"""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, SurroundingsError
from boardpack.domain.ports import ConnectionLostError


class OfflineError(ConnectionLostError):
    """The server cannot be reached: no network, no such name, nobody listens."""

    code = "client.offline"


class TooSlowError(ConnectionLostError):
    """The server, or the network before it, did not answer in time."""

    code = "client.timeout"


class ServerFailedError(ConnectionLostError):
    """The server, or a proxy before it, failed. Parameter: `status` of HTTP."""

    code = "client.server_failed"


class TlsError(SurroundingsError):
    """The server could not prove that it is the right one."""

    code = "client.tls"


class ClockError(ActionableError):
    """The server's certificate does not hold at this device's time: one of them is wrong."""

    code = "client.clock"


class NotAuthorisedError(SurroundingsError):
    """Refused without a reason of the server's own: a proxy, or a login page."""

    code = "client.not_authorised"


class RefusedError(SurroundingsError):
    """The server refused for a reason that this version does not know. Parameter: `reason`."""

    code = "client.refused"


class BadAddressError(ActionableError):
    """The address is not one of a server: it needs https:// and a name."""

    code = "client.bad_address"
