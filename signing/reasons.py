"""What a reason code means, in one sentence for people."""

from __future__ import annotations

from boardpack.messages import _
from signing.model import Reason


def reason_text(code: str) -> str:
    """Return the sentence for a reason code, in the language in force; the code when unknown."""
    return _texts().get(code, code)


def _texts() -> dict[str, str]:
    return {
        Reason.BROKEN_DIGEST: _("The document is not the one that was signed."),
        Reason.BROKEN_SIGNATURE: _("The signature does not belong to the certificate it names."),
        Reason.UNREADABLE_SIGNATURE: _("The signature is damaged and cannot be read."),
        Reason.UNSUPPORTED_FORMAT: _("The signature is of a kind that cannot be checked here."),
        Reason.UNUSUAL_BYTE_RANGE: _("The signature leaves out parts of the document."),
        Reason.UNSIGNED_TAIL: _("Something was added to the file after the last signature."),
        Reason.CONTENT_CHANGED: _("The content was changed after this signature."),
        Reason.UNRECOGNISED_CHANGES: _(
            "The file was changed after this signature; the pages look the same."
        ),
        Reason.APPEARANCE_ADDED: _(
            "A later signature draws on pages that were already signed: look at them closely."
        ),
        Reason.LOCK_VIOLATED: _("This signature forbade the changes that came after it."),
        Reason.SIGNATURE_REMOVED: _("A signature was taken out of this document."),
        Reason.CONDITIONS_VIOLATED: _("The signature does not meet the conditions of its field."),
        Reason.HYBRID_XREF: _("The file may look different from one program to another."),
        Reason.ENCRYPTED_DOCUMENT: _("A password protects the document."),
        Reason.DAMAGED_DOCUMENT: _("The file is damaged."),
        Reason.NO_ROOTS: _("No trusted authority was given to compare the certificate with."),
        Reason.UNKNOWN_ISSUER: _("The certificate comes from an authority that is not trusted."),
        Reason.CERTIFICATE_EXPIRED: _("The certificate has expired."),
        Reason.CERTIFICATE_NOT_YET_VALID: _("The certificate is not valid yet."),
        Reason.SIGNED_OUTSIDE_VALIDITY: _("The certificate was not valid on the day of signing."),
        Reason.CERTIFICATE_REVOKED: _("The certificate was revoked."),
        Reason.CERTIFICATE_UNUSABLE: _("The certificate is not made for signing documents."),
        Reason.CHAIN_REFUSED: _("The certificate does not stand up to checking."),
        Reason.WEAK_ALGORITHM: _("The signature uses a method that is no longer safe."),
        Reason.REVOCATION_NOT_CHECKED: _("Whether the certificate was revoked was not checked."),
        Reason.TIMESTAMP_BROKEN: _("The timestamp does not belong to this signature."),
        Reason.TIMESTAMP_UNTRUSTED: _("The timestamp comes from an authority that is not trusted."),
    }
