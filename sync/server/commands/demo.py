"""`demo`: a server ready to show, with the demo's officials."""

from __future__ import annotations

from boardpack import paths
from sync.server.commands import import_officials, initialise
from sync.server.commands.outcome import Outcome


def run() -> Outcome:
    """Initialise, then import the demo's officials when they are there."""
    ready = initialise.run(superuser="", password="")
    officials = paths.resource("demo", "officials.csv")
    if not officials.is_file():
        return Outcome({**ready.facts, "applied": False}, ready.lines)
    imported = import_officials.run(file=officials)
    facts = {**ready.facts, **imported.facts}
    return Outcome(facts, [*ready.lines, *imported.lines], imported.exit_code)
