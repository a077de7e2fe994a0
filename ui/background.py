"""Run work off the GUI thread; deliver the result on it.

Five lanes: STORE has one thread, which owns the encrypted stores; NETWORK has several, for what
waits for a server or computes for long (a server that does not answer keeps no other from it);
RENDER has one, for pages of documents; CHORES has one, for what nobody waits for; EAR has several,
which listen to servers as long as their sessions last and never touch a store. A result is dropped
when its owner widget is gone, so a screen may be closed at any time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from enum import StrEnum
from typing import Any, Final, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from boardpack.domain.errors import BoardpackError

T = TypeVar("T")
P = ParamSpec("P")


#: Code of the error that says so.
DAMAGED: Final = "store.damaged"


class Lane(StrEnum):
    """Where an operation runs."""

    STORE = "store"
    NETWORK = "network"
    RENDER = "render"
    CHORES = "chores"
    EAR = "ear"


THREADS: Final = {Lane.STORE: 1, Lane.NETWORK: 8, Lane.RENDER: 1, Lane.CHORES: 1, Lane.EAR: 8}


class Task:
    """One operation under way. Keep it only to cancel it."""

    def __init__(self, owner: QObject | None) -> None:
        self._owner = owner
        self._dropped = False
        self._future: Future[Any] | None = None

    def cancel(self) -> None:
        """Never deliver; do not start either, if it still waits for its turn."""
        self._dropped = True
        if self._future is not None:
            self._future.cancel()

    def attach(self, future: Future[Any]) -> None:
        """Remember what `cancel` must stop. Called by `Background`."""
        self._future = future

    @property
    def wanted(self) -> bool:
        """Whether somebody is still there to take the result."""
        alive = self._owner is None or shiboken6.isValid(self._owner)
        return alive and not self._dropped


class Background(QObject):
    """The one place that owns threads."""

    #: Carries the error by which an operation met damage in the store, whoever had asked for it.
    damaged = Signal(object)
    _finished = Signal(object)  # a closure to call on the GUI thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=lane.value)
            for lane, count in THREADS.items()
        }
        self._pending: dict[Lane, set[Future[Any]]] = {lane: set() for lane in Lane}
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._closed = False

    def run(
        self,
        operation: Callable[[], T],
        *,
        success: Callable[[T], Any],
        failure: Callable[[Exception], Any],
        lane: Lane = Lane.STORE,
        owner: QObject | None = None,
    ) -> Task:
        """Call `operation` on `lane`, then `success` or `failure` on the GUI thread.

        Nothing is delivered when `owner` was destroyed meanwhile, nor after `close`.
        """
        task = Task(owner)

        def done(future: Future[T]) -> None:
            self._pending[lane].discard(future)
            if future.cancelled():
                return
            error = future.exception()
            if error is None:
                result = future.result()
                self._post(task, lambda: success(result))
            elif isinstance(error, Exception):
                self._post(task, lambda: failure(error))
                if isinstance(error, BoardpackError) and error.code == DAMAGED:
                    self._post(Task(None), lambda: self.damaged.emit(error))
            else:
                raise error

        if self._closed:
            return task
        future = self._lanes[lane].submit(operation)
        self._pending[lane].add(future)
        task.attach(future)
        future.add_done_callback(done)
        return task

    def reporter(
        self, callback: Callable[P, Any], owner: QObject | None = None
    ) -> Callable[P, None]:
        """Return a function for workers: it calls `callback` on the GUI thread, later."""
        task = Task(owner)

        def report(*args: P.args, **kwargs: P.kwargs) -> None:
            self._post(task, lambda: callback(*args, **kwargs))

        return report

    def in_store(self, operation: Callable[[], T]) -> T:
        """Run `operation` on the store lane and wait for it. For workers of the other lanes."""
        if threading.current_thread().name.startswith(Lane.STORE.value):
            return operation()
        return self._lanes[Lane.STORE].submit(operation).result()

    def busy(self, lane: Lane) -> bool:
        """Tell whether something runs or waits on `lane`."""
        return bool(self._pending[lane])

    def when_quiet(self, then: Callable[[], Any], owner: QObject | None = None) -> None:
        """Call `then` on the GUI thread once nothing runs that may still need the store.

        Whoever asks has told that work to end before.
        """
        busy = [*self._pending[Lane.NETWORK], *self._pending[Lane.CHORES]]
        self.run(
            lambda: wait(busy),
            success=lambda _done: then(),
            failure=lambda _error: then(),
            lane=Lane.RENDER,
            owner=owner,
        )

    def close(self, last: Callable[[], object] | None = None) -> None:
        """Let what runs end, drop what waits; then run `last` on the store lane.

        The store lane ends after the others: they may still need it.
        """
        self._closed = True
        for lane in (Lane.CHORES, Lane.NETWORK, Lane.RENDER):
            self._lanes[lane].shutdown(cancel_futures=True)
        if last is not None:
            self.in_store(last)
        # Whoever still listens is told to stop when the session is closed.
        for lane in (Lane.STORE, Lane.EAR):
            self._lanes[lane].shutdown(cancel_futures=True)

    def _post(self, task: Task, closure: Callable[[], Any]) -> None:
        if not self._closed:
            self._finished.emit((task, closure))

    @Slot(object)
    def _deliver(self, posted: tuple[Task, Callable[[], Any]]) -> None:
        task, closure = posted
        if task.wanted and not self._closed:
            closure()
