"""One transaction, run again when another one got in its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import IntegrityError, OperationalError, transaction

T = TypeVar("T")
TRIES: Final = 5


def run(act: Callable[[], T]) -> T:
    """Run `act` in a transaction of its own and return what it returns.

    Two writers of the same thing collide as a broken constraint or a deadlock, which the database
    ends by cancelling one: that one starts over and sees what the other wrote.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return act()
        except (IntegrityError, OperationalError):
            if transaction.get_connection().in_atomic_block:
                raise
    with transaction.atomic():
        return act()
