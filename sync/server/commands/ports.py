"""Ports to listen at."""

from __future__ import annotations

import os
import socket

from boardpack.domain.errors import SurroundingsError


class PortTakenError(SurroundingsError):
    """Another program listens at `host`:`port`."""

    code = "server.port_taken"


def free_port(host: str, port: int) -> int:
    """Return `port` when nobody listens there, or a free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # Connections of a server that just ended linger; a listener still counts as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(host=host, port=port) from error
        return int(probe.getsockname()[1])
