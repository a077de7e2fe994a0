"""A file made of a delta and of another file that is here; on a thread of its own.

The delta comes first, sealed under a temporary name like every file that comes, and is verified.
Then the new file is written from it and from the base, from one sealed file to another: nothing is
in clear on the disk, and what an earlier try wrote is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from boardpack.domain.ports import Transport
from boardpack.domain.transfers import DeltaKind, DeltaOffer, Wanted
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.segments import SealedReader
from boardpack.services.transfers import Meter, Metered, pour, receive
from boardpack.store.errors import DamagedBlobError
from boardpack.store.receiving import Receiving
from sync.delta import artefacts, probe
from sync.delta.errors import BadDeltaError
from sync.protocol.codec import UnreadableMessageError, decode, encode
from sync.protocol.errors import BadRequestError, NoAccessError, TooMuchError
from sync.protocol.messages import MAX_DELTA_FILES, DeltaSearch, DeltasFound, FoundDeltas

_KINDS: Final = tuple(each.value for each in DeltaKind)
#: What a search may come to where there are no deltas: an older server, a proxy in between.
_NONE: Final = (NoAccessError, BadRequestError, TooMuchError, UnreadableMessageError)


@dataclass(frozen=True)
class Rebuilding:
    """A file that is being made.

    Attributes:
        offer: the delta.
        receiving: the file.
        artefact: the delta on its way.
        base: the file that the delta is from.
    """

    offer: DeltaOffer
    receiving: Receiving
    artefact: Receiving
    base: SealedReader

    def close(self) -> None:
        """Close all three; what is not finished stays to be taken up."""
        self.receiving.close()
        self.artefact.close()
        self.base.close()


def search(transport: Transport, wanted: Sequence[Wanted]) -> tuple[FoundDeltas, ...]:
    """Ask which deltas there are of files from those that each names as its bases.

    Raises:
        ConnectionLostError, ThrottledError, …: see `Transport`.
    """
    held = dict.fromkeys(base for each in wanted for base in each.bases)
    asked = DeltaSearch(
        wanted=tuple(each.sha256 for each in wanted),
        held=tuple(held)[:MAX_DELTA_FILES],
        kinds=_KINDS,
        deflate=probe.own(),
    )
    try:
        return decode(transport.search_deltas(encode(asked)), DeltasFound).found
    except _NONE:
        return ()


def rebuild(
    transport: Transport,
    work: Rebuilding,
    meter: Meter,
    interrupted: threading.Event | None = None,
) -> None:
    """Bring the delta, make the file, verify the whole.

    Raises:
        ExchangeCancelledError: it was `interrupted`; what came is kept.
        BadDeltaError: the delta makes no file of this base, or needs more memory than there is.
        DamagedBlobError: another file came of it, or the base is damaged (its digest says which).
        ConnectionLostError, ThrottledError, …: see `Transport`; what came is kept.
    """
    receiving = work.receiving
    if receiving.size - receiving.offset <= work.offer.size:
        # An earlier try brought nearly all of it.
        work.artefact.close()
        work.base.close()
        receive(transport, receiving, meter, interrupted)
        return
    sink = Metered(work.artefact, meter, interrupted)
    try:
        sha256, offer = receiving.sha256, work.offer
        pour(lambda: transport.fetch_delta(sha256, offer, sink), work.artefact, sink)
        work.artefact.finish()
        _write(work, sink)
        receiving.finish()
        meter.count(saved=receiving.size - offer.size)
    except MemoryError as error:
        sink.forget()
        raise BadDeltaError(reason="memory") from error
    except BaseException:
        sink.forget()
        raise
    finally:
        work.close()


def _write(work: Rebuilding, sink: Metered) -> None:
    receiving, artefact = work.receiving, work.artefact
    with SealedReader(artefact.part, artefact.key) as content:
        pieces = artefacts.apply(
            work.offer.kind, content, work.base, receiving.size, receiving.offset
        )
        try:
            for piece in pieces:
                receiving.write(piece)
                sink.count()
        except (DamagedSealError, WrongKeyError, UnreadableSealError) as error:
            raise DamagedBlobError(sha256=work.offer.base) from error
