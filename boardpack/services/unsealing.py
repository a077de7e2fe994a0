"""A file taken out of a pack that was sent ahead; on a thread of its own, never clear on disk."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.packs import PackReader
from boardpack.sealing.segments import SealedReader
from boardpack.services.transfers import Meter
from boardpack.store import sealed_ahead
from boardpack.store.blobs import BlobStore
from boardpack.store.connection import Connection
from boardpack.store.errors import BlobAbsentError, DamagedBlobError
from boardpack.store.receiving import Receiving
from boardpack.store.sealed_ahead import Pack

DAMAGE = (DamagedSealError, WrongKeyError, UnreadableSealError)


@dataclass(frozen=True)
class Unsealing:
    """A file on its way out of its pack.

    Attributes:
        pack: where it is.
        outer: the pack as the store holds it.
        bad: takes the digest of a pack that turns out to be no good.
    """

    receiving: Receiving
    pack: Pack
    outer: SealedReader
    bad: set[str] = field(compare=False)


class Packs:
    """The packs of this device that the server gave the keys of, for one exchange. Store lane."""

    def __init__(self, blobs: BlobStore) -> None:
        """Look into none yet."""
        self._blobs = blobs
        self._within: dict[str, frozenset[str]] = {}
        self._bad: set[str] = set()

    def files(self, connection: Connection) -> frozenset[str]:
        """Return the files in all of them."""
        return frozenset[str]().union(*map(self._files, sealed_ahead.opened(connection)))

    def begin(self, connection: Connection, receiving: Receiving) -> Unsealing | None:
        """Make ready to take a file out of a pack; None when none has it."""
        for pack in sealed_ahead.opened(connection):
            if pack.sha256 not in self._bad and receiving.sha256 in self._files(pack):
                with suppress(DamagedBlobError, BlobAbsentError):
                    outer = self._blobs.reader(pack.sha256)
                    return Unsealing(receiving, pack, outer, self._bad)
        return None

    def let_go(self, connection: Connection) -> None:
        """Destroy the packs of which nothing is needed any more."""
        for sha256 in sealed_ahead.spent(connection):
            self._blobs.give_up(sha256)

    def _files(self, pack: Pack) -> frozenset[str]:
        if pack.sha256 not in self._within:
            found = frozenset[str]()
            try:
                with PackReader(self._blobs.reader(pack.sha256), pack.key) as reader:
                    found = frozenset(reader.files)
            except (*DAMAGE, DamagedBlobError, BlobAbsentError):
                self._bad.add(pack.sha256)
            self._within[pack.sha256] = found
        return self._within[pack.sha256]


def unseal(work: Unsealing, meter: Meter) -> None:
    """Write the file from its pack, verify the whole.

    Raises:
        DamagedBlobError: the pack does not open or holds another file: it comes from the server.
    """
    receiving = work.receiving
    with receiving:
        try:
            with PackReader(work.outer, work.pack.key) as reader:
                for piece in reader.pieces(receiving.sha256, receiving.offset):
                    receiving.write(piece)
                    meter.count()
            receiving.finish()
        except (*DAMAGE, DamagedBlobError) as error:
            work.bad.add(work.pack.sha256)
            raise DamagedBlobError(sha256=receiving.sha256) from error
        meter.count(saved=receiving.size)
