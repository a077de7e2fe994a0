"""Why something signed is refused; the server and a device name it alike."""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, BugError, SurroundingsError


class BadStatementError(BugError):
    """A signed statement cannot be read or is not by that key; callers say what it means."""

    code = "trust.bad_statement"


class UnsignedDossierError(ActionableError):
    """The revision bears no signature (`title`)."""

    code = "trust.unsigned"


class ForgedDossierError(ActionableError):
    """The signature is not by that key, or not over this content (`title`)."""

    code = "trust.forged"


class UnknownKeyError(ActionableError):
    """The revision is signed by a key that is none of this assembly (`title`)."""

    code = "trust.unknown_key"


class ReplacedKeyError(ActionableError):
    """Signed by a key that was replaced, and not among what its successor answers for (`title`)."""

    code = "trust.replaced_key"


class NewerFormError(ActionableError):
    """Signed in a form that this version does not know (`title`): update boardpack."""

    code = "trust.newer_form"


class WentBackError(ActionableError):
    """An older revision than one that was accepted before (`title`, `revision`, `held`)."""

    code = "trust.went_back"


class ForkedDossierError(ActionableError):
    """Another content under a revision that was accepted before (`title`, `revision`)."""

    code = "trust.forked"


class RemovalRefusedError(ActionableError):
    """The server takes away what is signed and cannot be taken away by it (`title`)."""

    code = "trust.removal_refused"


class UnendorsedKeyError(ActionableError):
    """A key of the assembly that the pinned server key does not answer for, or altered."""

    code = "trust.unendorsed_key"


class KeyWentBackError(ActionableError):
    """A key that would replace a newer one."""

    code = "trust.key_went_back"


class KeyReplacedError(ActionableError):
    """Not a refusal: a new key counts without the former one's word, by IT's."""

    code = "trust.key_replaced"


class UnvouchedKeyError(ActionableError):
    """On the server: a new key without the former one's word, which IT did not order."""

    code = "trust.unvouched_key"


class OtherKeyError(SurroundingsError):
    """On the server: signed by another key than the one in force; signed anew, it may pass."""

    code = "trust.other_key"


class StaleCoversError(SurroundingsError):
    """On the server: a new key answers for other revisions than those in force; try again."""

    code = "trust.stale_covers"


class KeyAwaitedError(ActionableError):
    """On a secretariat's device: sittings wait until a colleague's device hands the key over."""

    code = "trust.key_awaited"
