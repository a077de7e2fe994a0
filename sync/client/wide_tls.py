"""TLS that hands over what has arrived, not one record of 16 KiB at a time.

Each call of `SSLSocket.recv` ends at a TLS record (RFC 8446 §5.1), and each piece then passes
through every layer of the HTTP library: with small pieces those layers cost as much processor time
as the decryption (`tests/benchmarks/transfers_bench.py`).
"""

from __future__ import annotations

import ssl
from typing import Final

#: Asked for at least so much, a read may return up to `PIECE`.
LARGE: Final = 64 * 1024
PIECE: Final = 512 * 1024


class WideSocket(ssl.SSLSocket):
    """A TLS socket for `ssl.SSLContext.sslsocket_class`."""

    _room: memoryview | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Wait for some bytes as any socket does, then add what is there already.

        A large read may return more than was asked for: the HTTP library takes any length.
        """
        if buflen < LARGE or flags:
            return super().recv(buflen, flags)
        if self._room is None:
            self._room = memoryview(bytearray(PIECE))
        buffer = self._room
        filled = super().recv_into(buffer)
        if filled:
            filled += self._at_hand(buffer[filled:])
        return bytes(buffer[:filled])

    def _at_hand(self, buffer: memoryview) -> int:
        """Fill `buffer` without waiting; return how many bytes there were."""
        patience = self.gettimeout()
        self.settimeout(0)
        filled = 0
        try:
            while filled < len(buffer) and (count := super().recv_into(buffer[filled:])):
                filled += count
        except OSError:
            # Nothing more for now; a real failure is met again by the next read.
            return filled
        finally:
            self.settimeout(patience)
        return filled
