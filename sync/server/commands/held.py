"""`held`: dossiers that are not told, whatever their instant, since this server was restored."""

from __future__ import annotations

from typing import Any

from boardpack.messages import _, ngettext
from sync.server.actions import holding
from sync.server.actions.do_let_go import do_let_go
from sync.server.commands.outcome import Outcome
from sync.server.models import Sitting
from sync.server.permission import Operator

ACT_BY_HAND = 3


def run(*, let_go: bool) -> Outcome:
    """Let them go when told to; then list what is held, and the devices that it waits for."""
    gone = do_let_go(Operator("boardpack-server held")) if let_go else 0
    found = [_facts(each) for each in Sitting.objects.filter(held=True).select_related("assembly")]
    lines = [
        f"{each['assembly']}: {each['title']} ({', '.join(each['devices']) or '-'})"
        for each in found
    ]
    if gone:
        text = ngettext("{count} dossier is let go.", "{count} dossiers are let go.", gone)
        lines.append(text.format(count=gone))
    lines += [] if lines else [_("Nothing is held.")]
    if found:
        lines.append(_("Let them go at their instants: boardpack-server held --let-go."))
    return Outcome({"held": found, "let_go": gone}, lines, ACT_BY_HAND if found else 0)


def _facts(sitting: Sitting) -> dict[str, Any]:
    devices = [str(each) for each in holding.awaited(sitting.assembly).select_related("official")]
    return {
        "sitting_id": sitting.id,
        "title": sitting.title,
        "assembly": str(sitting.assembly),
        "devices": devices,
    }
