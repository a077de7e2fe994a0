"""Steps 1 and 2: the server, and three secretariats at the command line."""

from __future__ import annotations

import csv

from tests.story.cast import DEMO, Cast
from tests.story.programs import Person, StoryError
from tests.story.transcript import Transcript


def install(cast: Cast, said: Transcript) -> None:
    """Start the server and import the officials."""
    facts = cast.install()
    with (DEMO / "officials.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = {row["email"] for row in rows}
    several = [
        email
        for email in people
        if len({row["assembly_key"] for row in rows if row["email"] == email}) > 1
    ]
    authorities = {row["authority_key"] for row in rows}
    assemblies = {row["assembly_key"] for row in rows}
    said.say(f"listening on {cast.server.url} (SQLite, local folder)")
    said.say(f"{len(authorities)} authorities, {len(assemblies)} assemblies")
    said.say(f"{len(people)} people, {len(rows)} mandates; {len(several)} in several assemblies")
    if facts["officials"]["bad"]:
        raise StoryError(f"bad lines: {facts['officials']['bad']}")


def push_all(cast: Cast, said: Transcript) -> None:
    """Look at a draft full of mistakes, then send the three real dossiers."""
    for key, person in cast.offices.items():
        cast.enrol(person)
        if key == "town":
            look_at_mistakes(cast, person, said)
        push(cast, person, key, said)


def look_at_mistakes(cast: Cast, person: Person, said: Transcript) -> None:
    """Show what the import report names, without sending anything."""
    if not cast.papers.draft.is_dir():
        return
    draft = person.unlocked("push", str(cast.papers.draft), "--dry-run").data
    found = sorted(
        {problem for file in every_file(draft) for problem in file["problems"]}
        | {f"missing {what}" for what in draft["missing"]}
    )
    said.say(f"a careless folder is understood, not sent: {', '.join(found)}")


def every_file(draft: dict[str, object]) -> list[dict[str, list[str]]]:
    """Return each file of a draft as JSON gives it."""
    found: list[dict[str, list[str]]] = []
    for name in ("convocation", "items", "others", "not_placed"):
        part = draft.get(name)
        if isinstance(part, dict):
            found.append(part)
        elif isinstance(part, list):
            for each in part:
                found += each.get("files", [each])
    return found


def push(cast: Cast, person: Person, key: str, said: Transcript) -> None:
    """Send one dossier; tell what was understood."""
    folder = cast.papers.dossiers[key]
    options = cast.papers.options.get(key, ())
    sent = person.unlocked("push", str(folder), *options).data
    draft = sent["draft"]
    files = every_file(draft)
    scans = sum(bool(file["pages_without_text"]) for file in files)
    said.say(
        f"{key}: « {draft['title']} », {len(draft['items'])} items, {len(files)} documents, "
        f"{draft['total_pages']} pages, {draft['total_bytes'] / 1e6:.1f} MB, {scans} with scans"
    )
    again = person.unlocked("push", str(folder), *options).data
    if again["sent"]:
        raise StoryError("the same folder was sent twice")
    said.say("the same folder once more: nothing has changed, nothing is sent")
