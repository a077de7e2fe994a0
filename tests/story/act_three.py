"""Step 5: deliberations placed by the secretariat, signed offline by two people, in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf

from boardpack.messages import _
from tests.story.cast import P12_SECRET, Cast
from tests.story.programs import Person, StoryError
from tests.story.seat import Seat
from tests.story.transcript import Transcript
from ui.background import Lane
from ui.signing_dialogs.sign_dialog import SignDialog


def place(cast: Cast, said: Transcript) -> str:
    """Place the deliberations; return the sitting's identifier."""
    town = cast.offices["town"]
    sitting = town.unlocked("sittings", "--all").data[0]["sitting_id"]
    options = ("--to-sign", sitting, "--secretary", cast.secretary.name)
    placed = town.unlocked("push", str(cast.papers.to_sign), *options).data
    order = ", then ".join(each["quality"] for each in placed["signatories"])
    said.say(f"{len(placed['deliberations'])} deliberations are placed, to be signed by {order}")
    return str(sitting)


def waiting(person: Person) -> list[dict[str, Any]]:
    """Return the deliberations of which this person is a signatory."""
    status = person.unlocked("status").data
    found: list[dict[str, Any]] = status["to_sign"]
    return found


def read_and_sign(cast: Cast, said: Transcript, pictures: Path | None, sitting: str) -> None:
    """The mayor signs at the window, offline; the sitting secretary signs the second time."""
    for person in (cast.mayor, cast.secretary):
        cast.enrol(person)
        cast.server.stop()
        count = sign_all(cast, person, pictures)
        said.say(f"{person.name} reads and signs {count}, offline")
        cast.server.start()
        person.unlocked("sync")
    town = cast.offices["town"]
    town.unlocked("sync")
    acts = town.unlocked("show", sitting, "--follow").data["deliberations"]
    states = {act["state"] for act in acts}
    verdicts = {step["verdict"] for act in acts for step in act["steps"]}
    if states != {"complete"} or verdicts != {"valid"}:
        raise StoryError(f"{states} {verdicts}")
    said.say(f"{len(acts)} deliberations carry both signatures; the server verified each: valid")


def sign_all(cast: Cast, person: Person, pictures: Path | None) -> int:
    """Sign whatever waits, at the window; return how many."""
    role = "mayor" if person is cast.mayor else "secretary"
    seat = Seat(person.profile, pictures)
    seat.type("Passphrase", person.secret)
    seat.press("Open")
    seat.rest(Lane.STORE)
    seat.shell.navigator.to_sign()
    seat.rest()
    seat.picture(f"12-to-sign-{role}")
    rows = seat.ask(seat.session.signing.inbox)
    assert isinstance(rows, tuple)
    for number, row in enumerate(rows):
        seat.shell.navigator.to_sign(row.deliberation_id)
        seat.rest()
        if number == 0:
            seat.picture(f"13-deliberation-{role}")
        sign_one(cast, person, seat, number)
    seat.shell.navigator.to_sign(rows[0].deliberation_id)
    seat.picture(f"15-signed-{role}")
    seat.close()
    return len(rows)


def sign_one(cast: Cast, person: Person, seat: Seat, number: int) -> None:
    """Press Sign, give file and passphrase, confirm whose certificate it is, sign."""
    seat.press("Sign")
    dialog = seat.find_dialog(SignDialog)
    if number == 0:
        # A wrong passphrase first: the message stays in the dialog, nothing is signed.
        dialog.choose(str(cast.p12(person)))
        seat.type("Passphrase of the certificate", "faux")
        seat.press("Continue")
        seat.rest(Lane.NETWORK, Lane.STORE)
        seat.picture(f"14-wrong-passphrase-{person.profile.name}")
    dialog.choose(str(cast.p12(person)))
    seat.type("Passphrase of the certificate", P12_SECRET)
    seat.press("Continue")
    seat.rest(Lane.NETWORK, Lane.STORE)
    if number == 0:
        seat.picture(f"14-sign-{person.profile.name}")
    seat.press("Sign")
    seat.wait(lambda: not dialog_is_open(seat), _("Sign"))
    seat.rest(Lane.NETWORK, Lane.STORE)


def dialog_is_open(seat: Seat) -> bool:
    """Tell whether a dialog is over the window."""
    return seat.dialog is not None


def refuse_wrong_files(cast: Cast, said: Transcript) -> None:
    """A tampered signed file is called invalid; signing it or signing twice is refused."""
    town = cast.offices["town"]
    loose = cast.work / "loose.pdf"
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "Arrêté 2026-12")
        document.save(loose)
    output = cast.work / "signed.pdf"
    p12 = ("--p12", str(cast.p12(cast.mayor)), "--passphrase-from", "-")
    stdin = (P12_SECRET,)
    town.run("sign", str(loose), *p12, "--field", "Maire", "-o", str(output), stdin=stdin)
    tampered = cast.work / "tampered.pdf"
    content = bytearray(output.read_bytes())
    content[200] ^= 1
    tampered.write_bytes(bytes(content))
    verdicts = [
        town.run("verify", str(path), "--roots", str(cast.roots)).data["verdict"]
        for path in (output, tampered)
    ]
    if verdicts != ["valid", "invalid"]:
        raise StoryError(f"verify: {verdicts}")
    second = cast.work / "second.pdf"
    refused = []
    for path, field in ((tampered, "Secretaire"), (output, "Maire")):
        arguments = ("sign", str(path), *p12, "--field", field, "-o", str(second))
        refused.append(town.run(*arguments, stdin=stdin, expect=3).failure)
    said.say(f"verify: untouched valid, tampered invalid; signing refused: {', '.join(refused)}")
