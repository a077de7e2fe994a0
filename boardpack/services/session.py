"""The services of an unlocked profile, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boardpack.services.changes import Announcer
    from boardpack.services.context import Context
    from boardpack.services.following import FollowingService
    from boardpack.services.identity import Identity, Me
    from boardpack.services.notes import NotesService
    from boardpack.services.pages import PageService
    from boardpack.services.preferences import PreferencesService
    from boardpack.services.publishing import PublishingService
    from boardpack.services.reading import ReadingService
    from boardpack.services.searching import SearchingService
    from boardpack.services.signing import SigningService
    from boardpack.services.synchronize import SyncService


@dataclass(frozen=True)
class Session:
    """The services of an unlocked profile. Made by `boardpack.bootstrap`; closed by `Program`."""

    context: Context
    announcer: Announcer
    identity: Identity
    reading: ReadingService
    notes: NotesService
    publishing: PublishingService
    following: FollowingService
    signing: SigningService
    synchronizing: SyncService
    searching: SearchingService
    preferences: PreferencesService
    pages: PageService

    @property
    def me(self) -> Me:
        """Whose session this is, with roles and abilities as of the last exchange."""
        return self.identity.me
