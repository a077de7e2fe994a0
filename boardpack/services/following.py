"""Following: who received, acknowledged and opened what. Store lane."""

from __future__ import annotations

from pathlib import Path

from boardpack.services.context import Context
from boardpack.services.read_models import FollowView, SittingRow


class FollowingService:
    """What a secretariat sees of the sittings it sent."""

    def __init__(self, context: Context) -> None:
        """Work on this profile."""
        self._context = context

    def overview(self) -> tuple[SittingRow, ...]:
        """Return the sittings of the assemblies whose secretariat I am in, by date."""
        raise NotImplementedError

    def follow(self, sitting_id: str) -> FollowView:
        """Return one sitting's people, receipts and deliberations."""
        raise NotImplementedError

    def export_csv(self, sitting_id: str, target: Path) -> None:
        """Write the receipts as CSV (UTF-8 with mark, as spreadsheet programs expect)."""
        raise NotImplementedError
