"""What this device does when the server does not want it any more.

Only the server's signed word counts (`sync.protocol.notices`): a bare refusal, a proxy's or a
portal's page, a notice to another device or of another server change nothing. A replaced device
hands in what waits and stays readable until its person erases it. A device that is to be wiped
hands in first, where IT allows it, then destroys its key at once; files go when the session closes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from joserfc.jwk import ECKey

from boardpack.domain import clock
from boardpack.domain.changes import Changes
from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import Transport
from boardpack.domain.refusals import DeviceEndedError
from boardpack.services.changes import Announcer
from boardpack.services.context import Context
from boardpack.services.endings import EndingsService
from boardpack.services.errors import ErasedError, InUseError
from boardpack.services.transfers import ExchangeCancelledError
from boardpack.store import ended, farewell, keys, outbox
from boardpack.store.ended import Ended
from boardpack.store.farewell import Farewell
from boardpack.store.meta import Enrolled
from sync.protocol import codec, notices
from sync.protocol.errors import is_passing
from sync.protocol.messages import PROTOCOL, DrainReply, DrainRequest
from sync.protocol.notices import BadStatementError, Erasure, Notice

#: Exchanges that may begin with an order to wipe and something not handed in yet: whoever holds
#: the device and cuts the network must not put the order off for ever.
DRAIN_TRIES: Final = 10

T = TypeVar("T")


@dataclass(frozen=True)
class End:
    """That this device was replaced or revoked, as its person is told.

    Attributes:
        replaced: by another device of the same person; False: IT revoked it.
        handed_in: what may be handed in was.
    """

    replaced: bool
    handed_in: bool
    reason: str = ""


class LeavingService:
    """Obeys notices. Network lane; its steps on the store go through the exchange's own."""

    def __init__(
        self,
        context: Context,
        enrolled: Enrolled,
        transport: Transport,
        announcer: Announcer,
        endings: EndingsService,
    ) -> None:
        """Leave the server that `enrolled` names; `endings` knows the mandates that are over."""
        self.endings = endings
        self._context = context
        self._enrolled = enrolled
        self._transport = transport
        self._announcer = announcer
        self._closed = threading.Event()

    def close(self) -> None:
        """Do nothing more on the store, which closes. Store lane."""
        self._closed.set()

    def _step(self, work: Callable[[], T]) -> T:
        def step() -> T:
            if self._closed.is_set():
                raise ExchangeCancelledError
            return work()

        return self._context.in_store(step)

    def end(self) -> End | None:
        """Return that this device was replaced or revoked; None while it is in use. Store lane."""
        known = ended.load(self._context.store.connection)
        return End(known.replaced, known.drained, known.notice.reason) if known else None

    def before_exchange(self) -> BoardpackError | None:
        """Obey an order that was put off too often; return what then ends the exchange."""
        known = self._step(self._count)
        overdue = known is not None and known.to_wipe and known.tries > DRAIN_TRIES
        return self._wipe(known.notice) if known and overdue else None

    def _count(self) -> Ended | None:
        with self._context.store.transaction() as connection:
            known = ended.load(connection)
            if known is not None:
                known = replace(known, tries=known.tries + 1)
                ended.save(connection, known)
        return known

    def welcome(self) -> None:
        """Take in that the server wants this device."""
        self._step(self._forget)

    def _forget(self) -> None:
        connection = self._context.store.connection
        if ended.load(connection) is not None:
            with self._context.store.transaction():
                ended.forget(connection)

    def refused(self, error: DeviceEndedError) -> BoardpackError:
        """Obey the notice that came with a refusal; return what the person is told."""
        notice = self._read(error.notice)
        if notice is None:
            return error
        known = self._step(lambda: self._remember(notice))
        done = known.drained or not notice.drain or self._drain()
        return self._wipe(notice) if known.to_wipe and done else error

    def _read(self, text: str) -> Notice | None:
        """Return a notice of this server to this device, None for anything else."""
        try:
            notice = notices.read(text, self._enrolled.server_key, Notice)
        except BadStatementError:
            return None
        mine = (self._enrolled.server_id, self._enrolled.device_id)
        return notice if (notice.server_id, notice.device_id) == mine else None

    def _remember(self, notice: Notice) -> Ended:
        with self._context.store.transaction() as connection:
            known = ended.load(connection)
            known = replace(known, notice=notice) if known else Ended(notice)
            ended.save(connection, known)
        self._announcer.announce(Changes(people=True))
        return known

    # Handing in

    def _drain(self) -> bool:
        """Hand in what waits; tell whether that is done, or will never be."""
        try:
            while True:
                request = self._step(self._batch)
                reply = codec.decode(self._transport.drain(codec.encode(request)), DrainReply)
                if not self._step(partial(self._take_in, request, reply)):
                    return False
                if request.last:
                    return True
        except DeviceEndedError:
            return True
        except BoardpackError:
            return False

    def _batch(self) -> DrainRequest:
        connection = self._context.store.connection
        rows = outbox.waiting(connection)
        # Counted are a person's actions alone; reading positions wait among them.
        last = not outbox.waiting(connection, 1, skip={row.event_id for row in rows})
        return DrainRequest(PROTOCOL, tuple(row.event for row in rows), last)

    def _take_in(self, request: DrainRequest, reply: DrainReply) -> bool:
        final = [each for each in reply.answers if each.accepted or not is_passing(each.code)]
        with self._context.store.transaction() as connection:
            outbox.answered(connection, final)
            known = ended.load(connection)
            answered = {each.event_id for each in final} >= {e.event_id for e in request.events}
            if known is not None and answered and request.last:
                ended.save(connection, replace(known, drained=True))
        self._announcer.announce(Changes(outbox=True, people=True))
        return answered

    # Erasing

    def erase(self) -> None:
        """Destroy the key of a device that was replaced or revoked, as its person asks. Store lane.

        The files go when the session closes.

        Raises:
            InUseError: the server still wants this device.
        """
        known = ended.load(self._context.store.connection)
        if known is None:
            raise InUseError
        self._begin(known.notice, ordered=False)

    def _wipe(self, notice: Notice) -> BoardpackError:
        self._step(lambda: self._begin(notice, ordered=True))
        return ErasedError()

    def _begin(self, notice: Notice, *, ordered: bool) -> None:
        folder = self._context.store.folder
        now = clock.now()
        erasure = Erasure(
            server_id=notice.server_id,
            device_id=notice.device_id,
            issued_at=notice.issued_at,
            erased_at=int(now.timestamp()),
        )
        key = ECKey.import_key(dict(self._enrolled.device_key))
        note = Farewell(
            at=now,
            ordered=ordered,
            reason=notice.reason,
            device_name=self._enrolled.device_name,
            authority_name=next(iter(self._enrolled.authority_names), ""),
            server_url=self._enrolled.server_url,
            statement=notices.sign(erasure, key),
            profile=keys.read_profile(folder),
        )
        farewell.begin(folder, note)
