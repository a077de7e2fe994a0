"""Step 6: receipts, signatures and notes go up once; a corrected report leaves the notes there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.story.cast import Cast
from tests.story.programs import StoryError
from tests.story.seat import Seat
from tests.story.transcript import Transcript
from ui.background import Lane


def follow(cast: Cast, said: Transcript, pictures: Path | None, sitting: str) -> None:
    """The councillor's device reaches the server; the secretariat sees it, and no more than it."""
    first = cast.reader.unlocked("sync").data["report"]
    again = cast.reader.unlocked("sync").data["report"]
    if again["sent"]:
        raise StoryError(f"something went up twice: {again}")
    said.say(f"the councillor's device sends {first['sent']} actions, then none")
    town = cast.offices["town"]
    town.unlocked("sync")
    people = town.unlocked("show", sitting, "--follow").data["people"]
    counts = {
        word: sum(bool(person[key]) for person in people)
        for word, key in (
            ("received", "received_at"),
            ("acknowledged", "acknowledged_at"),
            ("opened something", "opened"),
        )
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    said.say(f"the secretariat sees, of {len(people)} members: {told}")
    if not all(counts.values()):
        raise StoryError(f"receipts: {counts}")
    if pictures is not None:
        look_at_secretariat(cast, pictures, sitting)


def look_at_secretariat(cast: Cast, pictures: Path, sitting: str) -> None:
    """Open the secretariat's workspace: overview, follow-up, an import report."""
    town = cast.offices["town"]
    seat = Seat(town.profile, pictures)
    seat.type("Passphrase", town.secret)
    seat.press("Open")
    seat.rest(Lane.STORE)
    go = seat.shell.navigator
    go.secretariat("follow", sitting)
    seat.rest()
    seat.picture("17-follow")
    go.secretariat("place", sitting)
    seat.rest()
    seat.picture("18-place")
    if cast.papers.draft.is_dir():
        examine = seat.session.publishing.examine
        draft = examine(cast.papers.draft)
        go.secretariat("prepare", draft.sitting_id)
        seat.rest()
        seat.picture("19-import-report")
    go.secretariat()
    seat.rest()
    seat.picture("16-secretariat")
    seat.close()


def correct(cast: Cast, said: Transcript) -> None:
    """The secretariat sends a corrected report: only that file travels."""
    town = cast.offices["town"]
    folder = cast.work / "corrected folder"
    shutil.copytree(cast.papers.dossiers["town"], folder)
    for path in cast.papers.corrected.iterdir():
        shutil.copyfile(path, folder / path.name)
    options = cast.papers.options.get("town", ())
    sent = town.unlocked("push", str(folder), *options).data
    uploaded = sent["exchange"]["sent_bytes"]
    said.say(
        f"revision {sent['draft']['revision']}: {sent['draft']['changes']} change, "
        f"{uploaded / 1e3:.0f} kB sent"
    )
    received = cast.reader.unlocked("sync").data["report"]
    said.say(f"the councillor's device receives {received['received_bytes'] / 1e3:.0f} kB")


def notes_are_there(cast: Cast, said: Transcript, pictures: Path | None) -> None:
    """The old version stays readable; the notes on it are still there."""
    notes: list[dict[str, Any]] = cast.reader.unlocked("notes").data
    on_old = [row for row in notes if row["on_version"] < row["current_version"]]
    if not on_old or len(on_old) != len(notes):
        raise StoryError(f"{len(on_old)} of {len(notes)} notes are on the older version")
    said.say(f"{len(on_old)} notes stand on version 1 of a report now at version 2")
    seat = Seat(cast.reader.profile, pictures)
    seat.type("Passphrase", cast.reader.secret)
    seat.press("Open")
    seat.rest(Lane.STORE)
    note = on_old[0]["note"]
    seat.shell.navigator.document(note["document_id"])
    seat.wait_for_page()
    seat.picture("20-corrected-report")
    seat.shell.navigator.document(note["document_id"], note["version_sha256"])
    seat.wait_for_page()
    seat.picture("21-old-version")
    marks = len(seat.reader.parts.notebook.on_page(note["anchor"]["page_index"]))
    if not marks:
        raise StoryError("the old version shows no notes")
    said.say(f"the older version opens, with its {marks} notes on the page")
    seat.close()
