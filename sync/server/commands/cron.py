"""`cron`: tidy up now; for a timer of the system where no worker runs all day."""

from __future__ import annotations

from dataclasses import asdict

from boardpack.messages import _, ngettext
from sync.server.commands.outcome import Outcome
from sync.server.housekeeping import tidy
from sync.server.permission import Operator
from sync.server.quota import MB


def run(*, dry_run: bool) -> Outcome:
    """Tidy up, or with `dry_run` tell what would go."""
    found = tidy(Operator("boardpack-server cron"), dry_run=dry_run)
    files = ngettext(
        "{count} file that nothing names, {size} MB.",
        "{count} files that nothing names, {size} MB.",
        found.files.files,
    ).format(count=found.files.files, size=found.files.size // MB)
    uploads = ngettext(
        "{count} upload that nobody went on with.",
        "{count} uploads that nobody went on with.",
        found.uploads,
    ).format(count=found.uploads)
    rows = sum(found.expired.values())
    expired = ngettext("{count} expired row.", "{count} expired rows.", rows).format(count=rows)
    title = _("Would be removed:") if dry_run else _("Removed:")
    return Outcome({"dry_run": dry_run} | asdict(found), [title, files, uploads, expired])
