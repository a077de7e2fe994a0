"""Files on their way, on threads of their own: neither database nor machine is seen here."""

from __future__ import annotations

import threading
from collections.abc import Callable

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
        self._came = 0
        self._sent = 0
        self._saved = 0

    @property
    def saved(self) -> int:
        """Bytes of files that did not have to come: they were made of what is here."""
        return self._saved

    @property
    def received(self) -> int:
        """Bytes of files that are here or under way, those that an earlier try brought too."""
        return self._received

    @property
    def came(self) -> int:
        """Bytes that really came, also of what failed."""
        return self._came

    @property
    def sent(self) -> int:
        """Bytes that went."""
        return self._sent

    def count(self, *, received: int = 0, came: int = 0, sent: int = 0, saved: int = 0) -> None:
        """Count bytes.

        Raises:
            ExchangeCancelledError: stop here.
        """
        with self._lock:
            self._received += received
            self._came += came
            self._sent += sent
            self._saved += saved
        if self._cancelled.is_set():
            raise ExchangeCancelledError

    def forget(self, received: int) -> None:
        """Take back bytes of a transfer that failed: the next try counts what it finds."""
        with self._lock:
            self._received -= received


class Metered:
    """A sink that counts what passes, until it is interrupted."""

    def __init__(
        self, receiving: Receiving, meter: Meter, interrupted: threading.Event | None = None
    ) -> None:
        self._receiving = receiving
        self._meter = meter
        self._interrupted = interrupted
        self.counted = 0

    @property
    def offset(self) -> int:
        """Bytes already there."""
        return self._receiving.offset

    def restart(self) -> None:
        """Begin again; what was counted is taken back."""
        self.forget()
        self._receiving.restart()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._receiving.write(data)
        self.count(len(data), came=len(data))

    def count(self, size: int = 0, *, came: int = 0) -> None:
        """Count bytes of this transfer.

        Raises:
            ExchangeCancelledError: stop here; the exchange, or this transfer, is to end.
        """
        self.counted += size
        self._meter.count(received=size, came=came)
        if self._interrupted is not None and self._interrupted.is_set():
            raise ExchangeCancelledError

    def forget(self) -> None:
        """Take back what was counted: the next try counts what it finds."""
        self._meter.forget(self.counted)
        self.counted = 0


def receive(
    transport: Transport,
    receiving: Receiving,
    meter: Meter,
    interrupted: threading.Event | None = None,
) -> None:
    """Bring the rest of a file, verify the whole.

    Raises:
        ExchangeCancelledError: it was `interrupted`; what came is kept.
        DamagedBlobError: other bytes than its digest; they were dropped.
        ConnectionLostError, ThrottledError, …: see `Transport`; what came is kept.
    """
    sink = Metered(receiving, meter, interrupted)
    with receiving:
        try:
            pour(lambda: transport.fetch(receiving.sha256, sink), receiving, sink)
            receiving.finish()
        except BaseException:
            sink.forget()
            raise


def pour(fetch: Callable[[], None], receiving: Receiving, sink: Metered) -> None:
    """Fetch the rest of a file, all of it or an error."""
    sink.count(receiving.offset)
    start = receiving.offset
    if start < receiving.size:
        fetch()
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
