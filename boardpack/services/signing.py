"""Signing: read, sign or refuse deliberations, offline. `sign` and `verify_files`: worker lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.services.read_models import DeliberationRow, OpenDocument
from boardpack.services.signing_models import CertificateView, FileVerdict


class Stage(StrEnum):
    """How far a signature is."""

    PREPARING = "preparing"
    SIGNING = "signing"
    CHECKING = "checking"
    KEEPING = "keeping"


#: Called when a stage begins.
Progress = Callable[[Stage], None]


class SigningService:
    """What a signatory does. A job is kept between stages: a killed app continues it."""

    def inbox(self) -> tuple[DeliberationRow, ...]:
        """Return deliberations of my circuits: mine to sign now first, then the others."""
        raise NotImplementedError

    def deliberation(self, deliberation_id: str) -> DeliberationRow:
        """Return one deliberation."""
        raise NotImplementedError

    def open_for_reading(self, deliberation_id: str) -> OpenDocument:
        """Return what is needed to show the version in force; `sha256` is what one then signs."""
        raise NotImplementedError

    def certificate(self, p12: bytes, passphrase: bytes) -> CertificateView:
        """Return whose certificate it is, to be shown before signing."""
        raise NotImplementedError

    def sign(
        self,
        deliberation_id: str,
        read_sha256: str,
        p12: bytes,
        passphrase: bytes,
        progress: Progress | None = None,
    ) -> Changes:
        """Sign the version that was read; put the signature in the outbox.

        Args:
            deliberation_id: which one.
            read_sha256: `OpenDocument.sha256` of what the person read.
            p12: bytes of the certificate file.
            passphrase: of the certificate file; never kept.
            progress: called when a stage begins.
        """
        raise NotImplementedError

    def refuse(self, deliberation_id: str, read_sha256: str, reason: str) -> Changes:
        """Refuse to sign, with a reason."""
        raise NotImplementedError

    def verify_files(self, paths: Sequence[Path]) -> tuple[FileVerdict, ...]:
        """Verify PDFs against the trusted roots of this profile."""
        raise NotImplementedError
