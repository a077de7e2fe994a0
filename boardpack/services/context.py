"""What every service works on: this profile's store, its blobs, and whose profile it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from boardpack.services.holding import Steering
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store

T = TypeVar("T")


class InStore(Protocol):
    """Runs a step where the store may be used, and returns what it returned.

    The window gives one that hands the step to the store lane; the command line calls directly.
    """

    def __call__(self, step: Callable[[], T], /) -> T:
        """Run `step`; what it raises is raised here."""
        ...


def direct(step: Callable[[], T], /) -> T:
    """Run the step here: for the command line and for the store lane itself."""
    return step()


@dataclass(frozen=True)
class Context:
    """The ground of all services of one session.

    Attributes:
        official_id: whose profile it is.
        awaited: digests of files that the person tried to open and that were not here. Any thread.
        in_store: for services that work on other lanes.
        steering: which files may come by themselves. Any thread.
        account: names this account among those of its profile (`services.accounts`).
        server: host of its server, for people.
    """

    store: Store
    blobs: BlobStore
    official_id: str
    in_store: InStore = field(default=direct)
    awaited: set[str] = field(default_factory=set)
    steering: Steering = field(default_factory=Steering)
    account: str = ""
    server: str = ""
