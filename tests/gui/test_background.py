"""The lanes: results arrive on the GUI thread, never at a dead widget; closing waits."""

import threading
from concurrent.futures import CancelledError

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QLabel

from tests.gui.patience import settle, turn, until
from ui.background import Background, Lane


def test_result_arrives_on_the_gui_thread(background: Background) -> None:
    seen: list[tuple[str, bool]] = []

    def take(name: str) -> None:
        seen.append((name, QThread.currentThread() is QApplication.instance().thread()))

    background.run(lambda: threading.current_thread().name, success=take, failure=take)
    until(lambda: bool(seen))
    name, on_gui = seen[0]
    assert name.startswith("store")
    assert on_gui


def test_failure_arrives_as_the_error_itself(background: Background) -> None:
    seen: list[Exception] = []

    def fail() -> None:
        raise KeyError("x")

    background.run(fail, success=lambda _none: None, failure=seen.append, lane=Lane.NETWORK)
    until(lambda: bool(seen))
    assert isinstance(seen[0], KeyError)


def test_nothing_is_delivered_to_a_widget_that_is_gone(background: Background) -> None:
    seen: list[int] = []
    gate = threading.Event()
    label = QLabel()
    background.run(
        lambda: gate.wait(10), success=seen.append, failure=lambda _error: None, owner=label
    )
    label.deleteLater()
    turn()
    gate.set()
    settle(background)
    assert not seen


def test_cancelled_task_never_delivers(background: Background) -> None:
    seen: list[object] = []
    gate = threading.Event()
    background.run(lambda: gate.wait(10), success=seen.append, failure=seen.append)
    task = background.run(lambda: 1, success=seen.append, failure=seen.append)
    task.cancel()
    gate.set()
    until(lambda: bool(seen))
    settle(background)
    assert seen == [True]


def test_store_steps_of_other_lanes_run_on_the_store_lane(background: Background) -> None:
    names: list[str] = []

    def work() -> str:
        return background.in_store(
            # A store step inside a store step must not wait for itself.
            lambda: background.in_store(lambda: threading.current_thread().name)
        )

    background.run(work, success=names.append, failure=lambda _error: None, lane=Lane.NETWORK)
    until(lambda: bool(names))
    assert names[0].startswith("store")


def test_store_lane_keeps_the_order(background: Background) -> None:
    seen: list[int] = []
    for number in range(50):
        background.run(lambda number=number: number, success=seen.append, failure=seen.append)
    until(lambda: len(seen) == 50)
    assert seen == list(range(50))


def test_progress_reaches_the_gui_thread_in_order(background: Background) -> None:
    seen: list[int] = []
    report = background.reporter(seen.append)
    background.run(
        lambda: [report(number) for number in range(5)],
        success=lambda _done: seen.append(99),
        failure=lambda _error: None,
        lane=Lane.NETWORK,
    )
    until(lambda: 99 in seen)
    assert seen == [0, 1, 2, 3, 4, 99]


def test_when_quiet_waits_for_the_network_lane(background: Background) -> None:
    order: list[str] = []
    gate = threading.Event()
    background.run(
        lambda: gate.wait(10),
        success=lambda _set: None,
        failure=lambda _error: None,
        lane=Lane.NETWORK,
    )
    background.when_quiet(lambda: order.append("quiet"))
    turn(30)
    assert not order
    gate.set()
    until(lambda: order == ["quiet"])


def test_close_runs_the_last_step_after_everything_else(application: QApplication) -> None:
    background = Background()
    order: list[str] = []
    started = threading.Event()

    def work() -> None:
        started.set()
        background.in_store(lambda: order.append("work"))

    background.run(work, success=lambda _none: None, failure=lambda _error: None, lane=Lane.NETWORK)
    started.wait(10)
    background.close(lambda: order.append("last"))
    assert order == ["work", "last"]
    with pytest.raises((RuntimeError, CancelledError)):
        background.in_store(lambda: None)
