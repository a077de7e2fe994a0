"""TLS that hands over what has arrived, not one record of 16 KiB at a time.

Each read of `SSLSocket` ends at a TLS record (RFC 8446 §5.1), and each piece then passes through
digest, cipher and counters: with small pieces these cost as much processor time as the decryption.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: A buffer from here on is filled with more than one record.
LARGE: Final = 64 * 1024


class WideSocket(ssl.SSLSocket):
    """A TLS socket for `ssl.SSLContext.sslsocket_class`."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Wait for some bytes as any socket does, then add what is there already."""
        filled = super().recv_into(buffer, nbytes, flags)
        room = memoryview(buffer)[:nbytes] if nbytes else memoryview(buffer)
        if filled and len(room) >= LARGE:
            filled += self._at_hand(room[filled:])
        return filled

    def _at_hand(self, room: memoryview) -> int:
        """Fill `room` without waiting; return how many bytes there were."""
        patience = self.gettimeout()
        self.settimeout(0)
        filled = 0
        try:
            while filled < len(room) and (count := super().recv_into(room[filled:])):
                filled += count
        except OSError:
            # Nothing more for now; a real failure is met again by the next read.
            return filled
        finally:
            self.settimeout(patience)
        return filled
