"""A process beside the one that answers, started again when it ends."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import SpawnProcess
from threading import Event
from types import TracebackType
from typing import Final, Self

#: A process that ends by itself is started again after this many seconds, doubling.
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 300.0
#: One that lived so long was well: the pause begins anew.
_WELL: Final = 600.0


class KeptProcess:
    """A process that is kept alive while the context lasts."""

    def __init__(self, name: str, target: Callable[..., object], *given: object) -> None:
        """Call `target`, which a module must name, with what is `given`."""
        self._name = name
        self._target = target
        self._given = given
        self._over = Event()
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix=f"{name}-keeper")
        self._process: SpawnProcess | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._start()
        self._keeper.submit(self._keep)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ask it to end, and wait as long as it takes."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
        self._keeper.shutdown()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=self._target, args=self._given, name=self._name)
        self._process.start()

    def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while self._process is not None:
            self._process.join(_WELL)
            if self._process.is_alive():
                pause = _FIRST_PAUSE
                continue
            if self._over.wait(pause):
                return
            pause = min(pause * 2, _LONGEST_PAUSE)
            self._start()
            if self._over.is_set():
                self._process.terminate()
