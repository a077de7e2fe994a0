"""Hearing at once that something changed at the server, as long as the session lasts (ADR 0021).

Nothing depends on it: what is not heard comes with the next exchange by routine.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Final

from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import Ear, Heard, ThrottledError
from boardpack.services.context import Context
from boardpack.store import cursor
from sync.engine import schedule
from sync.protocol.errors import NoAccessError

#: Until a server that gives no hints, or whose hints are held back on the way, is asked again.
ASK_AGAIN_S: Final = 3600.0
#: Connected, and then nothing: a proxy on the way keeps what it is told.
_SILENCE: Final = "client.timeout"
_log = logging.getLogger("boardpack.services")


class ListeningService:
    """Listens to the server of this account; `stop` ends it for good."""

    def __init__(self, context: Context, ear: Ear) -> None:
        """Listen by `ear`."""
        self._context = context
        self._ear = ear
        self._stopped = threading.Event()
        self._heard = False
        self._failures = 0

    def listen(self, told: Callable[[Heard | None], object], lost: Callable[[], object]) -> None:
        """Listen until `stop`, on a thread of its own; failures have no consequence but silence.

        Args:
            told: called with what the server says, None for a sign of life.
            lost: called when the server is heard no more, until the next `told`.
        """
        while not self._stopped.is_set() and self._ear.reaches:
            pause = self._once(told)
            if self._heard:
                lost()
            self._stopped.wait(pause)

    def _once(self, told: Callable[[Heard | None], object]) -> float:
        """Listen to one stream; return how many seconds to wait before the next."""
        self._heard = False

        def hear(said: Heard | None) -> None:
            self._heard = True
            told(said)

        try:
            self._ear.listen(hear)
        except NoAccessError:
            return schedule.obey(ASK_AGAIN_S, random.random)
        except ThrottledError as error:
            return schedule.obey(error.seconds, random.random)
        except BoardpackError as error:
            # A device that was revoked, for instance: the exchange says so.
            _log.info("the server is not heard: %s", error.code)
            if error.code == _SILENCE and not self._heard:
                return schedule.obey(ASK_AGAIN_S, random.random)
        return self._pause()

    def _pause(self) -> float:
        if self._heard:
            # Many lose their stream in the same instant: a server that starts again.
            self._failures = 0
            return schedule.come_back(random.random)
        self._failures += 1
        return schedule.backoff(self._failures, random.random)

    def moved(self, said: Heard) -> bool:
        """Whether the server has something that this device has not. Store lane."""
        here = cursor.load(self._context.store.connection)
        return (here.epoch, here.feeds) != (said.epoch, dict(said.cursor))

    def stop(self) -> None:
        """Hear no more, at once. Any thread."""
        self._stopped.set()
        self._ear.hang_up()
