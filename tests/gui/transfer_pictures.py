"""Pictures of how a reception is told and steered: limited network, paused, under way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from boardpack.domain import clock
from boardpack.services.holding import Holding, Metered
from boardpack.services.sync_state import SyncMode, SyncState
from tests.gui.patience import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardpack.services.program import Session
    from tests.gui.furnished import Sittings
    from ui.background import Background
    from ui.shell.shell import Shell

#: Three of five documents and 84 of 130 megabytes are here, most of them saved.
UNDER_WAY = SyncState(
    SyncMode.WORKING, clock.now() - timedelta(minutes=1), 0, 0, 84_000_000, 130_000_000, 2,
    documents=5, saved=61_000_000, seconds_left=130, holding=Holding.NOTHING,
)  # fmt: skip


def take(
    keep: Callable[[str], None],
    session: Session,
    shell: Shell,
    background: Background,
    sittings: Sittings,
) -> None:
    """Keep each of them."""
    goto, steering = shell.navigator, session.steering
    for name, deed in (
        ("limited", lambda: steering.set_metered(Metered.ALWAYS)),
        ("paused", steering.pause),
    ):
        background.in_store(deed)
        goto.home()
        keep(f"{name}-home")
        goto.sitting(sittings.bureau.sitting_id)
        keep(f"{name}-sitting")
        goto.state()
        keep(f"{name}-state")
    background.in_store(steering.resume)
    background.in_store(lambda: steering.set_metered(Metered.AUTOMATIC))
    shell.driver.stop()
    until(lambda: not shell.driver.under_way, "the last exchange")
    keep("calm-state")
    shell.driver.state_changed.emit(UNDER_WAY)
    keep("under-way-state")
