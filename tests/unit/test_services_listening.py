"""How long a device waits before it listens again, and that it ends when the session ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import ConnectionLostError, Heard, ThrottledError
from boardpack.services import listening
from boardpack.services.listening import ASK_AGAIN_S, ListeningService
from boardpack.store import cursor
from sync.client.errors import TooSlowError
from sync.engine.schedule import COME_BACK, LONGEST_DELAY
from sync.protocol.errors import NoAccessError
from tests.helpers.local import MAYOR, local


@dataclass
class ScriptedEar:
    """Ends each stream as the script says: by an error, or after a sign of life."""

    script: list[BoardpackError | None]
    reaches: bool = True
    streams: int = 0

    def listen(self, heard: Callable[[Heard | None], None]) -> None:
        self.streams += 1
        error = self.script.pop(0) if self.script else NoAccessError()
        if error is not None:
            raise error
        heard(None)

    def hang_up(self) -> None:
        self.reaches = False


@dataclass
class Waits:
    """Stands for the event on which the service waits; ends it after so many."""

    most: int
    seconds: list[float] = field(default_factory=list)
    over: bool = False

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return self.is_set()

    def is_set(self) -> bool:
        return self.over or len(self.seconds) >= self.most

    def set(self) -> None:
        self.over = True


def waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *script: BoardpackError | None
) -> tuple[list[float], int]:
    monkeypatch.setattr(listening.random, "random", lambda: 1.0)
    lost: list[bool] = []
    with local(tmp_path, MAYOR) as device:
        service = ListeningService(device.context, ScriptedEar(list(script)))
        waited = Waits(len(script))
        service._stopped = waited  # type: ignore[assignment]
        service.listen(lambda _said: None, lambda: lost.append(True))
    return waited.seconds, len(lost)


def test_failures_in_a_row_wait_longer_and_a_stream_that_lived_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = [ConnectionLostError() for _ in range(12)]
    found, lost = waits(tmp_path, monkeypatch, *failed, None, ConnectionLostError())
    assert found[:4] == [1, 2, 4, 8]
    assert found[11] == LONGEST_DELAY
    assert found[12:] == [COME_BACK, 1]
    assert lost == 1


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (NoAccessError(), ASK_AGAIN_S * 1.1),
        (TooSlowError(), ASK_AGAIN_S * 1.1),
        (ThrottledError(30), 33),
    ],
)
def test_a_server_that_gives_no_hints_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BoardpackError, seconds: float
) -> None:
    assert waits(tmp_path, monkeypatch, error) == ([pytest.approx(seconds)], 0)


def test_who_stands_where_the_server_does_has_nothing_to_ask(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR) as device:
        service = ListeningService(device.context, ScriptedEar([]))
        here = cursor.load(device.store.connection)
        assert not service.moved(Heard(here.epoch, here.feeds))
        assert service.moved(Heard("another", here.feeds))
        assert service.moved(Heard(here.epoch, {**here.feeds, "assembly:other": 1}))
        assert service.moved(Heard(here.epoch, {}))


def test_it_ends_while_it_waits(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR) as device, ThreadPoolExecutor(1) as pool:
        ear = ScriptedEar([NoAccessError()])
        service = ListeningService(device.context, ear)
        under_way = pool.submit(service.listen, lambda _said: None, lambda: None)
        service.stop()
        under_way.result(timeout=10)
        assert ear.streams <= 1


def test_behind_a_proxy_of_the_computers_it_does_not_listen(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR) as device:
        ear = ScriptedEar([], reaches=False)
        ListeningService(device.context, ear).listen(lambda _said: None, lambda: None)
        assert ear.streams == 0
