"""Every failure of this room: pyHanko's, cryptography's and our own refusals, by one set of names.

Three groups: the document cannot be signed, the key cannot sign, or we made a mistake ourselves.
Dates in parameters are written day/month/year, as both languages' texts show them.
"""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, BugError


class SigningInputError(ActionableError):
    """The document cannot take this signature; it was left as it was."""


class EncryptedDocumentError(SigningInputError):
    """A password protects the document: an incremental update could not be read by everybody."""

    code = "signing.encrypted_document"


class HybridDocumentError(SigningInputError):
    """Two cross-reference tables (ISO 32000-1 §7.5.8.4): two readers may see two documents."""

    code = "signing.hybrid_xref"


class FormDocumentError(SigningInputError):
    """Form fields could still change what the document says after it was signed."""

    code = "signing.has_form"


class ActiveContentError(SigningInputError):
    """Scripts or launch actions could change what the document shows."""

    code = "signing.active_content"


class DamagedDocumentError(SigningInputError):
    """The file is no PDF, is cut short, or has faults that would make its signature doubtful."""

    code = "signing.damaged_document"


class LockedDocumentError(SigningInputError):
    """An earlier signature, or the field itself, forbids what signing `field` would do."""

    code = "signing.locked_document"


class TamperedDocumentError(SigningInputError):
    """The strict verdict is "invalid": the signatures do not cover what the document shows."""

    code = "signing.tampered_document"


class WrongOrderError(SigningInputError):
    """`field` signs after `waiting_for`, which has not signed."""

    code = "signing.wrong_order"


class FieldAlreadySignedError(SigningInputError):
    """`field` holds a signature already."""

    code = "signing.field_already_signed"


class UnknownFieldError(SigningInputError):
    """`field` is not among the fields that this document waits for, or is no possible name."""

    code = "signing.unknown_field"


class DamagedPreparationError(SigningInputError):
    """The prepared state of an interrupted signature cannot be read back: prepare again."""

    code = "signing.damaged_preparation"


class SigningKeyError(ActionableError):
    """The key or its certificate cannot be used; the document was left as it was."""


class WrongPassphraseError(SigningKeyError):
    """The passphrase does not open the key file."""

    code = "signing.wrong_passphrase"


class KeyFileUnreadableError(SigningKeyError):
    """The file is no PKCS#12, holds no key with its certificate, or an algorithm we do not know."""

    code = "signing.key_file_unreadable"


class CertificateExpiredError(SigningKeyError):
    """The certificate of `signer` ended on `until`."""

    code = "signing.certificate_expired"


class CertificateNotYetValidError(SigningKeyError):
    """The certificate of `signer` begins on `since`."""

    code = "signing.certificate_not_yet_valid"


class CertificateUnusableError(SigningKeyError):
    """The certificate of `signer` is not made for signing documents (key usage, kind of key)."""

    code = "signing.certificate_unusable"


class RootsUnreadableError(ActionableError):
    """What was given as trusted roots holds no certificate."""

    code = "signing.roots_unreadable"


class SelfCheckError(BugError):
    """We made a signature that our own strict verdict does not accept; nothing was kept."""

    code = "signing.self_check_failed"


class SignerClosedError(BugError):
    """A signer was used after `close`."""

    code = "signing.signer_closed"
