"""What can go wrong with sealed files, wrapped keys and unlock secrets."""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, SurroundingsError


class DamagedSealError(SurroundingsError):
    """A sealed file or a wrapped key is not what was written: cut, altered, reordered, swapped."""

    code = "sealing.damaged"


class WrongKeyError(SurroundingsError):
    """A whole sealed file, but sealed with another key: another file stands in its place."""

    code = "sealing.wrong_key"


class UnreadableSealError(SurroundingsError):
    """The disk does not give the sealed file: it is gone, locked, or the disk fails."""

    code = "sealing.unreadable"


class WrongSecretError(ActionableError):
    """The PIN or passphrase is not the one that the key was wrapped with."""

    code = "sealing.wrong_secret"


class WeakPinError(ActionableError):
    """The PIN chosen is too easy to guess."""

    code = "sealing.weak_pin"


class WeakPassphraseError(ActionableError):
    """The passphrase chosen is too easy to guess."""

    code = "sealing.weak_passphrase"


class WordCountError(ActionableError):
    """There are not twelve recovery words (`count`, `wanted`)."""

    code = "recovery.word_count"


class UnknownWordsError(ActionableError):
    """Some words are none of the list (`places`: which, counted from 1; never the words)."""

    code = "recovery.unknown_words"


class WordsDoNotFitError(ActionableError):
    """Each word is one of the list, but the twelve are none of ours: order, or one of another."""

    code = "recovery.words_do_not_fit"


class WrongWordsError(ActionableError):
    """Good words, but not those of this identity: retired ones, or somebody else's."""

    code = "recovery.wrong_words"


class DamagedWrapError(SurroundingsError):
    """A wrapped identity is not what was written."""

    code = "recovery.damaged"


class ForeignWrapError(SurroundingsError):
    """A whole wrapped identity, but of another person or another identity."""

    code = "recovery.foreign"
