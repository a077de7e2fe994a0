"""What a job is, and how it is asked for.

::

    @job(attempts=6)
    def prepare_deltas(sha256: str) -> None: ...

    prepare_deltas.enqueue(sha256)        # in an action's transaction: committed with it, or never
    prepare_deltas.using(run_after=at).enqueue(sha256)

A job runs **at least once**: after a crash it is run again from the start, so it looks at what is
done already. Its arguments are JSON (identifiers, never content) and its return value is not kept.
Django's Tasks, which this is, are part of Django from 6.0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from django_tasks.base import DEFAULT_TASK_PRIORITY, Task

P = ParamSpec("P")
T = TypeVar("T")
#: With the waits of `queue.wait_before`: given up after about seven hours.
ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Task[P, T]):
    """A function to be called later.

    Attributes:
        attempts: how often it is tried before an operator has to look at it.
    """

    attempts: int = ATTEMPTS


def job(
    *, attempts: int = ATTEMPTS, priority: int = DEFAULT_TASK_PRIORITY
) -> Callable[[Callable[P, T]], Job[P, T]]:
    """Make a job of a function of a module.

    Args:
        attempts: how often it is tried in all.
        priority: −100 to 100; higher goes first.
    """

    def make(function: Callable[P, T]) -> Job[P, T]:
        made: Job[P, T] = Job(func=function, attempts=attempts, priority=priority)
        return made

    return make
