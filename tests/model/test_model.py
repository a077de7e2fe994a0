"""Whatever people, networks and clocks do in whatever order: at rest the model holds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model import mutations, parts
from tests.model.machine import Machine

#: Steps of an example; some find nothing to do (no note to edit), and do not count.
STEPS = 100


@pytest.fixture
def machine(
    transactional_db: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> type[Machine]:
    """A machine whose examples begin where everybody is enrolled."""

    class Begun(Machine):
        beginning = parts.prepare(tmp_path, monkeypatch)

    return Begun


def run(machine: type[Machine], examples: int, number: int | None = None) -> None:
    """Run examples, always the same ones or those of a number; look for failures only.

    To find a shorter failing example would take an hour; the steps of the one found are printed.
    """
    if number is not None:
        seed(number)(machine)
    how = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        derandomize=number is None,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_model_holds_for_five_hundred_steps(machine: type[Machine]) -> None:
    run(machine, 7)
    assert machine.steps >= 500


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
def test_the_model_holds_for_ten_thousand_steps(machine: type[Machine]) -> None:
    number = secrets.randbelow(2**32)
    print(f"seed {number}")  # noqa: T201 what repeats a failure: run(machine, 160, number)
    run(machine, 160, number)
    print(f"{machine.steps} steps, {machine.rests} rests")  # noqa: T201
    assert machine.steps >= 10_000


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("protection", mutations.ALL, ids=lambda each: each.__name__)
def test_without_a_protection_the_model_does_not_hold(
    machine: type[Machine],
    protection: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise the tests above prove nothing."""
    protection(monkeypatch)
    with pytest.raises((AssertionError, Exception)) as raised:
        run(machine, 40)
    print(f"after {machine.steps} steps: {type(raised.value).__name__}")  # noqa: T201
