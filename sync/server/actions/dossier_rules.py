"""What a dossier must be in itself, and beside the revision before it; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from boardpack.domain.dossier import Document, DocumentVersion, Dossier
from sync.protocol.errors import BadEventError, ChangedHistoryError
from sync.server.actions import checks

MAX_ITEMS: Final = 1000
MAX_DOCUMENTS: Final = 3000
MAX_VERSIONS: Final = 200
TITLE: Final = 500


def check_dossier(dossier: Dossier) -> None:
    """Refuse a dossier that contradicts itself.

    Raises:
        BadEventError: and `what` names the part.
    """
    checks.identifier(dossier.sitting_id, "sitting_id")
    checks.identifier(dossier.assembly_id, "assembly_id")
    checks.count(dossier.revision, "revision", least=1)
    checks.text(dossier.title, "title", TITLE, empty=False)
    checks.text(dossier.place, "place", TITLE)
    checks.moment(dossier.starts_at, "starts_at")
    if dossier.not_before is not None:
        checks.moment(dossier.not_before, "not_before")
    _check_items(dossier)
    if len(dossier.documents) > MAX_DOCUMENTS:
        raise BadEventError(what="documents")
    _once([each.document_id for each in dossier.documents], "document_id")
    items = {each.item_id for each in dossier.items}
    for document in dossier.documents:
        _check_document(document, items)


def _check_items(dossier: Dossier) -> None:
    if len(dossier.items) > MAX_ITEMS:
        raise BadEventError(what="items")
    _once([each.item_id for each in dossier.items], "item_id")
    for item in dossier.items:
        checks.identifier(item.item_id, "item_id")
        checks.count(item.number, "item.number")
        checks.text(item.title, "item.title", TITLE)
        checks.text(item.reporter, "item.reporter", TITLE)


def _check_document(document: Document, items: set[str]) -> None:
    checks.identifier(document.document_id, "document_id")
    checks.text(document.title, "document.title", TITLE)
    checks.text(document.file_name, "document.file_name", TITLE, empty=False)
    checks.count(document.position, "document.position")
    if document.item_id is not None and document.item_id not in items:
        raise BadEventError(what="document.item_id")
    check_versions(document.versions)


def check_versions(versions: Sequence[DocumentVersion]) -> None:
    """Refuse versions that do not rise from the first one."""
    if not 0 < len(versions) <= MAX_VERSIONS:
        raise BadEventError(what="versions")
    numbers = [each.number for each in versions]
    if numbers != sorted(set(numbers)):
        raise BadEventError(what="version.number")
    for version in versions:
        checks.sha256(version.sha256, "version.sha256")
        checks.count(version.number, "version.number", least=1)
        checks.count(version.size, "version.size")
        checks.count(version.pages, "version.pages")
        checks.count(version.pages_without_text, "version.pages_without_text")
        checks.text(version.media_type, "version.media_type", 100, empty=False)
        checks.moment(version.created_at, "version.created_at")


def check_history(before: Dossier, after: Dossier) -> None:
    """Refuse a revision that drops a document or alters a version that was sent.

    A document that no longer counts is `withdrawn`, never absent: notes on it stay readable.

    Raises:
        ChangedHistoryError: and `title` names the document.
    """
    now = {each.document_id: each for each in after.documents}
    for old in before.documents:
        new = now.get(old.document_id)
        if new is None or new.versions[: len(old.versions)] != old.versions:
            raise ChangedHistoryError(title=old.title)


def _once(identifiers: list[str], what: str) -> None:
    if len(set(identifiers)) != len(identifiers):
        raise BadEventError(what=what)
