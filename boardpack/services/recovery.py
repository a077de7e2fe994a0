"""Recovery words: private notes come back after a device was lost (D6). Store lane.

The identities of the official are wrapped by twelve words that only paper holds; the server keeps
the wrap (`IdentitySealed`). Exactly one set of words is in force: those noted or typed last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from boardpack.domain import clock, ids
from boardpack.domain.errors import ActionableError, BoardpackError
from boardpack.domain.records import SealedIdentity
from boardpack.sealing import recovery, words
from boardpack.sealing.errors import WrongWordsError
from boardpack.sealing.recovery import Owner
from boardpack.sealing.words import TypedWord
from boardpack.services import sealed_positions
from boardpack.services.changes import Announcer, Changes
from boardpack.services.context import Context
from boardpack.services.own_keys import OwnKeys, recipient_of
from boardpack.services.read_models import RecoveryWish
from boardpack.store import changes, meta, notes, outbox, people, positions, recovery as kept
from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedStoreError
from boardpack.store.meta import Enrolled
from boardpack.store.recovery import Words
from sync.protocol.messages import IdentitySealed

__all__ = ["Recovered", "RecoveryService", "RecoveryState", "TypedWord"]


_EVENT: Final = "identity_sealed"


class NothingKeptError(ActionableError):
    """The server keeps no wrapped identity of this person."""

    code = "recovery.nothing_kept"


class NotNotedError(ActionableError):
    """The words asked for, to see whether they were noted, are not those."""

    code = "recovery.not_noted"


class NoWordsToNoteError(ActionableError):
    """No words wait to be noted: make new ones first."""

    code = "recovery.none_to_note"


@dataclass(frozen=True)
class RecoveryState:
    """How the recovery words of this person stand.

    Attributes:
        wish: what is to be done.
        since: when the words in force were made or typed, None when there are none.
        noted: the person proved to have them on paper.
        renewing: newer words come into force once they are noted.
        sent: the server's wrap is by the words in force, as of the last exchange.
        held: the server keeps some wrapped identity, as of the last exchange.
        unreadable: notes of this person that no identity here opens.
    """

    wish: RecoveryWish
    since: datetime | None
    noted: bool
    renewing: bool
    sent: bool
    held: bool
    unreadable: int


@dataclass(frozen=True)
class Recovered:
    """What the words brought back: notes that became readable, places of reading."""

    notes: int
    positions: int


def wish_of(state: Words | None) -> RecoveryWish:
    """Return what is to be done, from how the words stand."""
    if state is None:
        return RecoveryWish.NOTHING
    if state.asked:
        return RecoveryWish.TYPE
    return RecoveryWish.NOTE if state.entropy and not state.noted else RecoveryWish.NOTHING


def begin(connection: Connection, enrolled: Enrolled, *, identity_kept: bool) -> None:
    """Wrap the identity of a device that was just enrolled, or ask for the former one's words."""
    if identity_kept:
        kept.save_words(connection, Words(asked=True))
    else:
        entropy = words.new_entropy()
        state = _seal(connection, enrolled, entropy)
        kept.save_words(connection, replace(state, entropy=entropy))


class RecoveryService:
    """Makes, shows and takes the recovery words of this profile's official."""

    def __init__(self, context: Context, keys: OwnKeys, announcer: Announcer) -> None:
        """Work on this profile; `keys` learns of identities that come back."""
        self._context = context
        self._keys = keys
        self._announcer = announcer

    def state(self) -> RecoveryState:
        """Return how the words stand."""
        connection = self._context.store.connection
        state = self._words
        held = kept.sealed_identities(connection)
        return RecoveryState(
            wish=wish_of(state),
            since=state.since,
            noted=state.noted,
            renewing=state.noted and bool(state.entropy),
            sent=any(each.kid == state.kid for each in held),
            held=bool(held),
            unreadable=notes.unreadable_count(connection),
        )

    def to_note(self, language: str) -> tuple[str, ...]:
        """Return the twelve words that wait to be noted.

        Raises:
            NoWordsToNoteError: none do.
        """
        entropy = self._words.entropy
        if not entropy:
            raise NoWordsToNoteError
        return words.of_entropy(entropy, language)

    def check_noted(self, typed: Mapping[int, str], language: str) -> Changes:
        """Take the proof that the words were noted: some of them, by their place from 1.

        Newer words come into force now: the former ones open nothing any more once the server
        knows. The words are forgotten here.

        Raises:
            NotNotedError: these are not the words at those places (`places`).
            NoWordsToNoteError: none wait.
        """
        wanted = self.to_note(language)
        wrong = [
            str(place) for place, each in typed.items() if not words.same(each, wanted[place - 1])
        ]
        if wrong or not typed:
            raise NotNotedError(places=", ".join(wrong))
        state = self._words
        with self._context.store.transaction() as connection:
            renewed = _seal(connection, self._enrolled, state.entropy) if state.noted else state
            kept.save_words(connection, replace(renewed, noted=True, entropy=b""))
        return self._announcer.announce(Changes(people=True, outbox=state.noted))

    def renew(self) -> Changes:
        """Make new words; those in force stay so until the new ones are noted.

        Words that wait to be noted stay the ones to note.
        """
        state = self._words
        if state.entropy:
            return Changes()
        with self._context.store.transaction() as connection:
            if state.noted:
                kept.save_words(connection, replace(state, entropy=words.new_entropy()))
            else:
                begin(connection, self._enrolled, identity_kept=False)
        return self._announcer.announce(Changes(people=True, outbox=not state.noted))

    def drop_renewal(self) -> Changes:
        """Give up newer words that were not noted; those in force stay."""
        state = self._words
        if not (state.noted and state.entropy):
            return Changes()
        with self._context.store.transaction() as connection:
            kept.save_words(connection, replace(state, entropy=b""))
        return self._announcer.announce(Changes(people=True))

    def read(self, text: str, language: str) -> tuple[TypedWord, ...]:
        """Say of each word typed so far which word of the list it is. Any lane."""
        return words.read(text, language)

    def recover(self, text: str, language: str) -> Recovered:
        """Bring back the identities that these words open, and all that is sealed to them.

        From now on these words are the ones in force, whatever others were made meanwhile.

        Raises:
            WordCountError, UnknownWordsError, WordsDoNotFitError: mistyped.
            NothingKeptError: the server keeps nothing that words could open.
            WrongWordsError: not the words of what the server keeps.
            DamagedWrapError, ForeignWrapError: the server gives no whole wrap of this person.
        """
        entropy = words.entropy_of(text, language)
        connection = self._context.store.connection
        enrolled = self._enrolled
        opened = _open_all(kept.sealed_identities(connection), entropy, enrolled.official_id)
        adopted = self._adopt(enrolled, opened)
        with self._context.store.transaction() as connection:
            _put_in_force(connection, adopted, entropy)
            recovered = self._open_again(OwnKeys(adopted.identities))
        self._keys.use(adopted.identities)
        self._announcer.announce(Changes(everything=True))
        return recovered

    def go_without(self) -> Changes:
        """Take the person's word that they have no words: this device's own identity is in force.

        What was sealed to the former one stays as it is; its words may still be typed later.
        """
        state = self._words
        if not state.asked:
            return Changes()
        with self._context.store.transaction() as connection:
            begin(connection, self._enrolled, identity_kept=False)
        return self._announcer.announce(Changes(people=True, outbox=True))

    @property
    def _words(self) -> Words:
        return kept.words(self._context.store.connection) or Words()

    @property
    def _enrolled(self) -> Enrolled:
        enrolled = meta.enrolled(self._context.store.connection)
        if enrolled is None:
            raise DamagedStoreError(findings=1, detail="account")
        return enrolled

    def _adopt(self, enrolled: Enrolled, opened: Iterable[str]) -> Enrolled:
        """Return the account with all identities, first the one that others seal to."""
        everyone = people.officials(self._context.store.connection)
        me = everyone.get(enrolled.official_id)
        told = me.recipient if me else ""
        every = tuple(dict.fromkeys((*enrolled.identities, *opened)))
        first, *others = sorted(every, key=lambda each: recipient_of(each) != told)
        return replace(
            enrolled,
            identity=first,
            recipient=recipient_of(first),
            former_identities=tuple(others),
        )

    def _open_again(self, keys: OwnKeys) -> Recovered:
        found = changes.reopen(self._context.store, keys.open_note)
        positions.try_again(self._context.store.connection)
        moved = sealed_positions.open_arrived(self._context, keys)
        return Recovered(found, len(moved.documents))


def keep_sent(connection: Connection) -> bool:
    """Send the wrap again that a server restored from a backup has lost; tell whether it was.

    The words are on paper by then and nothing but them could make it anew.
    """
    state = kept.words(connection)
    if state is None or not state.blob or outbox.has(connection, _EVENT):
        return False
    held = {each.recipient: each.kid for each in kept.sealed_identities(connection)}
    enrolled = meta.enrolled(connection)
    if enrolled is None or held.get(enrolled.recipient) == state.kid:
        return False
    _send(connection, enrolled, state)
    return True


def _put_in_force(connection: Connection, adopted: Enrolled, entropy: bytes) -> None:
    meta.save_enrolled(connection, adopted)
    kept.save_words(connection, replace(_seal(connection, adopted, entropy), noted=True))


def _seal(connection: Connection, enrolled: Enrolled, entropy: bytes) -> Words:
    """Put the identities, wrapped by these words, in the outbox; return how the words stand."""
    owner = Owner(enrolled.official_id, enrolled.recipient)
    blob = recovery.wrap(enrolled.identities, entropy, owner)
    state = Words(recovery.mark_of(blob), clock.now(), blob)
    _send(connection, enrolled, state)
    return state


def _send(connection: Connection, enrolled: Enrolled, state: Words) -> None:
    held = {each.recipient for each in kept.sealed_identities(connection)}
    former = (recipient_of(each) for each in enrolled.former_identities)
    event = IdentitySealed(
        event_id=ids.new_id(),
        at=clock.now(),
        recipient=enrolled.recipient,
        ciphertext=state.blob,
        kid=state.kid,
        retires=tuple(each for each in former if each in held),
    )
    outbox.append(connection, event, subject_id=enrolled.recipient)


def _open_all(
    sealed: tuple[SealedIdentity, ...], entropy: bytes, official_id: str
) -> tuple[str, ...]:
    """Return the identities of every wrap that the words open; that one does is enough."""
    if not sealed:
        raise NothingKeptError
    opened: list[str] = []
    problems: list[BoardpackError] = []
    for each in sealed:
        owner = Owner(official_id, each.recipient)
        try:
            opened += recovery.unwrap(each.ciphertext, entropy, owner)
        except BoardpackError as error:
            problems.append(error)
    if not opened:
        # A wrap that is not whole, or not ours, says more than that another has other words.
        raise min(problems, key=lambda error: isinstance(error, WrongWordsError))
    return tuple(opened)
