"""The services of one unlocked account, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boardpack.services.changes import Announcer
    from boardpack.services.context import Context
    from boardpack.services.following import FollowingService
    from boardpack.services.identity import Identity, Me
    from boardpack.services.leaving import LeavingService
    from boardpack.services.listening import ListeningService
    from boardpack.services.notes import NotesService
    from boardpack.services.pages import PageService
    from boardpack.services.preferences import PreferencesService
    from boardpack.services.publishing import PublishingService
    from boardpack.services.reading import ReadingService
    from boardpack.services.recovery import RecoveryService
    from boardpack.services.searching import SearchingService
    from boardpack.services.sharing import SharingService
    from boardpack.services.signing import SigningService
    from boardpack.services.steering import SteeringService
    from boardpack.services.synchronize import SyncService
    from boardpack.services.together import Together
    from boardpack.services.upkeep import UpkeepService


@dataclass(frozen=True)
class Session:
    """The services of one unlocked account. Made by `boardpack.bootstrap`; closed by `Program`.

    Attributes:
        together: what is shown over all accounts of the profile; one for all of their sessions.
    """

    context: Context
    announcer: Announcer
    identity: Identity
    reading: ReadingService
    notes: NotesService
    sharing: SharingService
    publishing: PublishingService
    following: FollowingService
    leaving: LeavingService
    signing: SigningService
    synchronizing: SyncService
    listening: ListeningService
    steering: SteeringService
    searching: SearchingService
    preferences: PreferencesService
    recovery: RecoveryService
    pages: PageService
    upkeep: UpkeepService
    together: Together[Session]

    @property
    def account(self) -> str:
        """What names this account among those of the profile."""
        return self.context.account

    @property
    def server(self) -> str:
        """The host of its server, for people."""
        return self.context.server

    @property
    def me(self) -> Me:
        """Whose session this is, with roles and abilities as of the last exchange."""
        return self.identity.me
