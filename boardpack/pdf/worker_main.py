"""Where the worker process begins. The program imports this module, so PyMuPDF waits until then."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection


def run(connection: Connection) -> None:
    """Serve requests from `connection` until it is closed."""
    _silence()
    from boardpack.pdf.engine import server  # noqa: PLC0415 imports PyMuPDF: in this process only

    with connection:
        server.serve(connection)


def _silence() -> None:
    """Lead every stream to nothing: what libraries print quotes documents."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    # Ctrl+C is for the program, which then closes the connection.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
