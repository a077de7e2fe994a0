"""A refusal that passes with time alone."""

from __future__ import annotations

from boardpack.domain.errors import ActionableError


class TooSoonError(ActionableError):
    """The unlock secret was missed too often: the next attempt is judged after a wait.

    Attributes:
        seconds: how long. Parameter: `wait`, the same as a duration of ISO 8601.
    """

    code = "store.too_soon"

    def __init__(self, seconds: int) -> None:
        """Say how long to wait."""
        super().__init__(wait=f"PT{seconds}S")
        self.seconds = seconds
