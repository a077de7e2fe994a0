"""What the person chooses about how files come, and what the computer says of its network."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from boardpack.domain.changes import NOTHING, Changes
from boardpack.services.changes import Announcer
from boardpack.services.context import Context
from boardpack.services.holding import Choices, Holding, Metered
from boardpack.store import meta, wanted

_NAME: Final = "steering"


class SteeringService:
    """Reads and writes how files come. Store lane, where nothing else is said."""

    def __init__(self, context: Context, announcer: Announcer) -> None:
        """Take up what was chosen before."""
        self._context = context
        self._announcer = announcer
        self._steering = context.steering
        self._steering.choices = self._read()

    def _read(self) -> Choices:
        stored = meta.get(self._context.store.connection, _NAME)
        try:
            return msgspec.json.decode(stored, type=Choices) if stored else Choices()
        except msgspec.MsgspecError:
            # Written by a newer version with a choice that this one does not know.
            return Choices()

    @property
    def choices(self) -> Choices:
        """What the person chose. Any thread."""
        return self._steering.choices

    @property
    def detected(self) -> bool | None:
        """Whether the computer says that the network is metered, None: it does not. Any thread."""
        return self._steering.detected

    @property
    def holding(self) -> Holding:
        """Why files are held back now. Any thread."""
        return self._steering.holding

    def pause(self) -> Changes:
        """Let no file come by itself until `resume`, also after a restart."""
        self._steering.asked = frozenset()
        return self._keep(replace(self.choices, paused=True))

    def resume(self) -> Changes:
        """Let files come again."""
        return self._keep(replace(self.choices, paused=False))

    def set_metered(self, metered: Metered) -> Changes:
        """Choose when the network counts as metered."""
        return self._keep(replace(self.choices, metered=metered))

    def _keep(self, choices: Choices) -> Changes:
        if choices == self.choices:
            return NOTHING
        with self._context.store.transaction() as connection:
            meta.write(connection, _NAME, choices)
        self._steering.choices = choices
        return self._announcer.announce(Changes(transfers=True))

    def for_now(self, choices: Choices) -> None:
        """Work by other choices in this session, without keeping them. Any thread."""
        self._steering.choices = choices

    def sense(self, *, detected: bool | None) -> None:
        """Take in what the computer says about the network. Any thread."""
        before = self.holding
        self._steering.detected = detected
        if self.holding is not before:
            self._announcer.announce(Changes(transfers=True))

    def ask(self, sitting_id: str = "") -> Changes:
        """Let every missing file of a sitting come now, or of all, whatever holds it back."""
        missing = wanted.missing(self._context.store.connection, self._context.official_id)
        digests = {each.sha256 for each in missing if sitting_id in {"", each.sitting_id}}
        self._steering.asked |= digests
        return self._announcer.announce(Changes(transfers=True)) if digests else NOTHING
