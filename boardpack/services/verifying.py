"""Verifying the signatures of files: for anybody, with or without a profile. Network lane."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from boardpack.services.files import read_file
from boardpack.services.signing_models import FileVerdict, SignatureView
from signing.verify import verify


def verify_file(path: Path, roots: Sequence[bytes] = ()) -> FileVerdict:
    """Verify a PDF; without `roots` (PEM or DER) nobody vouches for the names in it.

    Raises:
        CannotReadError: the system refuses the file.
        RootsUnreadableError: a root is no certificate.
    """
    verdict = verify(read_file(path), roots=roots)
    return FileVerdict(
        file=str(path),
        verdict=verdict.verdict,
        signatures=tuple(
            SignatureView(
                field=each.field,
                signer=each.signer,
                level=each.level,
                signing_time=each.signing_time,
                covers_whole_document=each.covers_whole_document,
                integrity=each.integrity,
                trust=each.trust,
                reasons=tuple(str(reason) for reason in each.reasons),
            )
            for each in verdict.signatures
        ),
        modifications=verdict.modifications,
        reasons=tuple(str(reason) for reason in verdict.reasons),
    )
