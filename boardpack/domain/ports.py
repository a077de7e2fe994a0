"""What services ask of the outside world; `boardpack.bootstrap` gives what fulfils it.

A port exists only where there are two real implementations (style.md, rule 5): here the wire, by
HTTP and in memory for tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from boardpack.domain.errors import SurroundingsError
from boardpack.domain.transfers import DeltaOffer


class ConnectionLostError(SurroundingsError):
    """The connection failed: try again, from where it stopped.

    Attributes:
        progress: bytes came or went before.
    """

    code = "client.connection_lost"
    progress = False


class ThrottledError(SurroundingsError):
    """The server asks to come back later.

    Attributes:
        seconds: when.
    """

    code = "client.busy"

    def __init__(self, seconds: float) -> None:
        """Say when the server may be asked again."""
        super().__init__(seconds=round(seconds))
        self.seconds = seconds


class BlobSink(Protocol):
    """Where the bytes of a file go."""

    @property
    def offset(self) -> int:
        """Bytes already there: ask for the rest."""
        ...

    def restart(self) -> None:
        """Begin again: the server sends from the start."""
        ...

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        ...


@dataclass(frozen=True)
class BlobSource:
    """A file to send: `read(offset, length)` returns its bytes from anywhere."""

    sha256: str
    size: int
    read: Callable[[int, int], bytes]


class Transport(Protocol):
    """The server, as an enrolled device reaches it. Threads may share it.

    Every method raises `ConnectionLostError` (or a child that says more), `ThrottledError`, or an
    error that ends the exchange (`DeviceRevokedError`, `NotAuthorisedError`, …).
    """

    def exchange(self, request: bytes) -> bytes:
        """Send a request of the protocol, return the reply's bytes."""
        ...

    def drain(self, request: bytes) -> bytes:
        """Hand in what waits, by the device's key alone, once it may not come in any more."""
        ...

    def fetch(self, sha256: str, sink: BlobSink) -> None:
        """Bring the rest of a file into `sink`.

        Raises:
            BlobUnknownError: the server has no such file for this person.
        """
        ...

    def search_deltas(self, request: bytes) -> bytes:
        """Send a search of the protocol, return the answer's bytes.

        Raises:
            NoAccessError: the server knows of no deltas.
        """
        ...

    def fetch_delta(self, sha256: str, offer: DeltaOffer, sink: BlobSink) -> None:
        """Bring the rest of a delta of file `sha256` into `sink`.

        Raises:
            BlobUnknownError: it is gone.
        """
        ...

    def upload(self, source: BlobSource, progress: Callable[[int], None]) -> None:
        """Bring a file to the server, from where an earlier try stopped.

        Args:
            source: the file.
            progress: called with each number of bytes that the server took.

        Raises:
            BlobWrongDigestError: the server got other bytes, and dropped them.
            BlobTooLargeError, BlobNotAllowedError: it will never take them.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True)
class Registration:
    """What a server tells a device that it enrolled.

    Attributes:
        server_key: the server's public JWK, to be pinned.
        retired: name of the device that this one replaces, or empty.
        identity_kept: recovery words bring this official's former identity back.
    """

    device_id: str
    official_id: str
    official_name: str
    authority_names: tuple[str, ...]
    server_id: str
    server_key: Mapping[str, str]
    retired: str = ""
    identity_kept: bool = False


@dataclass(frozen=True)
class Applicant:
    """A device that asks to be enrolled. `device_key` is its public P-256 JWK."""

    code: str
    device_name: str
    device_key: Mapping[str, str]
    recipient: str
    replace: bool = False


class Registrar(Protocol):
    """The server, as a device reaches it before it is enrolled, and after it erased itself."""

    def register(self, applicant: Applicant) -> Registration:
        """Enrol the device (RFC 7591 with a one-time code).

        Raises:
            BadCodeError: unknown, used or too old.
            DeviceAlreadyActiveError: the official has a device; the code stays good.
            TooManyTriesError: too many wrong codes from here.
        """
        ...

    def tell_erased(self, statement: str) -> None:
        """Tell the server, in the device's signed words, that it was erased."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True)
class Heard:
    """What the server said without being asked: how far the feeds of this device are there.

    Attributes:
        cursor: feed → number.
    """

    epoch: str
    cursor: Mapping[str, int]


class Ear(Protocol):
    """The server, as a device hears it without asking. `hang_up` may be called by any thread."""

    @property
    def reaches(self) -> bool:
        """Whether anything can be heard from here."""
        ...

    def listen(self, heard: Callable[[Heard | None], None]) -> None:
        """Tell what is heard, None for a sign of life, until the server ends it.

        Raises:
            NoAccessError: the server says nothing unasked.
            ConnectionLostError, ThrottledError: not now.
        """
        ...

    def hang_up(self) -> None:
        """Hear nothing more, at once."""
        ...
