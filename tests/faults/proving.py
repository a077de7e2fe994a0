"""A test and its mutation: it holds as the program is, and fails with the protection off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.conftest import Mutation

Scenario = Callable[[], None]


def proves(mutation: Mutation | None, patch: pytest.MonkeyPatch, scenario: Scenario) -> None:
    """Require that the scenario holds, and fails without its protection."""
    if mutation is None:
        scenario()
        return
    mutation(patch)
    with pytest.raises(Exception) as failed:  # noqa: PT011 any failure will do
        scenario()
    assert not isinstance(failed.value, AttributeError | ImportError | NameError), failed.value


def both(*off: Mutation) -> pytest.MarkDecorator:
    """Run a test as the program is; with --long also under each of its mutations.

    What happens with a protection off tells of the test, not of the program: it changes seldom.
    """
    names = [getattr(each, "__name__", "?") for each in off]
    mutated = [pytest.param(each, marks=pytest.mark.long) for each in off]
    return pytest.mark.parametrize("mutation", [None, *mutated], ids=["as it is", *names])
