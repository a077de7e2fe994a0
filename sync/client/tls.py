"""TLS as the program trusts it, and its failures in words of ours."""

from __future__ import annotations

import os
import ssl
from typing import Final

import certifi

from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import ConnectionLostError
from sync.client import errors
from sync.client.wide_tls import WideSocket

# X.509 verification results of OpenSSL (x509_vfy.h): not yet valid, expired.
_TIME_CODES: Final = frozenset({9, 10})


def trusting_context() -> ssl.SSLContext:
    """Trust the system's certificates, and the known ones where the system may lack some.

    Windows has some only once its own programs asked for them; a Python that was packed for another
    system may find none. Reading the known ones takes 45 ms of processor time.
    """
    context = ssl.create_default_context()
    context.sslsocket_class = WideSocket
    if os.name != "posix" or not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    return context


def failure(error: BaseException) -> BoardpackError:
    """Return the error of ours for what failed while a connection was made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _TIME_CODES:
            return errors.ClockError()
        return errors.TlsError(reason=error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        # Cut in the middle of the greeting: the network, not the certificate.
        return ConnectionLostError()
    return errors.TlsError(reason=getattr(error, "reason", None) or "handshake")
