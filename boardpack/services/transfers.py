"""Files on their way, on threads of their own: neither database nor machine is seen here."""

from __future__ import annotations

import threading

from boardpack.domain.errors import SurroundingsError
from boardpack.domain.ports import BlobSource, ConnectionLostError, Transport
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.segments import SealedReader
from boardpack.store.errors import DamagedBlobError
from boardpack.store.receiving import Receiving


class ExchangeCancelledError(SurroundingsError):
    """The person ended the exchange."""

    code = "sync.cancelled"


class Meter:
    """Counts bytes of all transfers, and tells each that the person ended the exchange."""

    def __init__(self, cancelled: threading.Event) -> None:
        """Watch `cancelled`."""
        self._cancelled = cancelled
        self._lock = threading.Lock()
        self._received = 0
        self._sent = 0

    @property
    def received(self) -> int:
        """Bytes that came."""
        return self._received

    @property
    def sent(self) -> int:
        """Bytes that went."""
        return self._sent

    def count(self, *, received: int = 0, sent: int = 0) -> None:
        """Count bytes.

        Raises:
            ExchangeCancelledError: stop here.
        """
        with self._lock:
            self._received += received
            self._sent += sent
        if self._cancelled.is_set():
            raise ExchangeCancelledError

    def forget(self, received: int) -> None:
        """Take back bytes of a transfer that failed: the next try counts what it finds."""
        with self._lock:
            self._received -= received


class _Metered:
    """A sink that counts what passes."""

    def __init__(self, receiving: Receiving, meter: Meter) -> None:
        self._receiving = receiving
        self._meter = meter
        self.counted = 0

    @property
    def offset(self) -> int:
        return self._receiving.offset

    def restart(self) -> None:
        self.forget()
        self._receiving.restart()

    def write(self, data: bytes) -> None:
        self._receiving.write(data)
        self.count(len(data))

    def count(self, size: int) -> None:
        self.counted += size
        self._meter.count(received=size)

    def forget(self) -> None:
        self._meter.forget(self.counted)
        self.counted = 0


def receive(transport: Transport, receiving: Receiving, meter: Meter) -> None:
    """Bring the rest of a file, verify the whole.

    Raises:
        DamagedBlobError: other bytes than its digest; they were dropped.
        ConnectionLostError, ThrottledError, …: see `Transport`; what came is kept.
    """
    sink = _Metered(receiving, meter)
    with receiving:
        try:
            sink.count(receiving.offset)
            _pour(transport, receiving, sink)
            receiving.finish()
        except BaseException:
            sink.forget()
            raise


def _pour(transport: Transport, receiving: Receiving, sink: _Metered) -> None:
    start = receiving.offset
    if start < receiving.size:
        transport.fetch(receiving.sha256, sink)
    if receiving.offset < receiving.size:
        # A clean end before the announced size: cut by something in between.
        lost = ConnectionLostError()
        lost.progress = receiving.offset > start
        raise lost


def send(transport: Transport, sha256: str, reader: SealedReader, meter: Meter) -> None:
    """Bring a file of this device to the server.

    Raises:
        DamagedBlobError: it is damaged on this device.
        BlobWrongDigestError, BlobTooLargeError, …: see `Transport`.
    """
    with reader:
        source = BlobSource(sha256, reader.size, reader.read_at)
        try:
            transport.upload(source, lambda count: meter.count(sent=count))
        except (DamagedSealError, WrongKeyError, UnreadableSealError) as error:
            raise DamagedBlobError(sha256=sha256) from error
