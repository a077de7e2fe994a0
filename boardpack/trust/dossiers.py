"""The signature of one revision of a dossier."""

from __future__ import annotations

from typing import Final

import msgspec
from joserfc.jwk import ECKey

from boardpack.domain import manifest
from boardpack.domain.dossier import Dossier
from boardpack.domain.trust import AssemblyKey
from boardpack.trust import statements
from boardpack.trust.errors import (
    BadStatementError,
    ForgedDossierError,
    NewerFormError,
    UnsignedDossierError,
)

TYPE: Final = "boardpack-dossier"


class Manifest(msgspec.Struct, frozen=True):
    """What the signature states; short names of one sort, since each dossier carries it.

    Attributes:
        form: of the canonical bytes (`boardpack.domain.manifest.FORM`).
        content: digest of the whole content.
        previous: that of the revision before, empty for the first.
    """

    form: int
    assembly: str
    sitting: str
    revision: int
    content: str
    previous: str


def sign(dossier: Dossier, key: ECKey, key_id: str, previous: str) -> str:
    """Return the signature of a revision; `previous` is the digest of the one before, or empty."""
    said = Manifest(
        form=manifest.FORM,
        assembly=dossier.assembly_id,
        sitting=dossier.sitting_id,
        revision=dossier.revision,
        content=dossier.manifest_sha256(),
        previous=previous,
    )
    return statements.sign(TYPE, msgspec.json.encode(said), key, key_id)


def key_id_of(dossier: Dossier) -> str:
    """Return the identifier of the key that a dossier says it is signed by.

    Raises:
        UnsignedDossierError: there is no signature.
        ForgedDossierError: what stands there is none.
    """
    if not dossier.signature:
        raise UnsignedDossierError(title=dossier.title)
    try:
        return statements.key_id_of(dossier.signature)
    except BadStatementError as error:
        raise ForgedDossierError(title=dossier.title) from error


def verify(dossier: Dossier, key: AssemblyKey) -> Manifest:
    """Return what the signature states, which is this very content.

    Raises:
        ForgedDossierError: not by `key`, or of another content, sitting or revision.
        NewerFormError: in a form of a later version.
    """
    try:
        data = statements.read(TYPE, dossier.signature, key.jwk)
        said = msgspec.json.decode(data, type=Manifest)
    except (BadStatementError, msgspec.MsgspecError) as error:
        raise ForgedDossierError(title=dossier.title) from error
    if said.form != manifest.FORM:
        raise NewerFormError(title=dossier.title)
    stated = (said.assembly, said.sitting, said.revision, said.content)
    found = (dossier.assembly_id, dossier.sitting_id, dossier.revision, dossier.manifest_sha256())
    if stated != found or key.assembly_id != dossier.assembly_id:
        raise ForgedDossierError(title=dossier.title)
    return said
