"""A draft's files, read again from where they are. Network lane."""

from __future__ import annotations

from boardpack.services.draft import Draft
from boardpack.services.draft_models import DraftView
from boardpack.services.drafting import Drafting
from boardpack.services.program import Session
from ui.secretariat.working import Progress


def read_again(session: Session, draft: DraftView, progress: Progress) -> DraftView:
    """Examine the draft's folder or files once more; what was corrected stays corrected.

    Raises:
        DraftUnknownError: it was discarded.
        FolderUnreadableError, FolderEmptyError: the folder was moved or emptied.
    """
    context, publishing = session.context, session.publishing

    def kept() -> Draft:
        return Drafting(context).one(draft.sitting_id)

    before = context.in_store(kept)
    after = publishing.examine(
        before.source,
        draft.assembly_id or None,
        progress,
        sitting_id=draft.sitting_id if draft.already_sent else "",
        corrections=before.corrections,
    )
    if after.sitting_id != draft.sitting_id:
        context.in_store(lambda: publishing.discard(draft.sitting_id))
    return after
