"""The window for somebody who wants to look around: unlocked, on the heroine's dossiers."""

from __future__ import annotations

import sys

from boardpack.bootstrap import open_program
from boardpack.services.context import InStore
from boardpack.services.program import Program
from tests.story.cast import Cast
from ui.app import run


def visit(cast: Cast) -> None:
    """Show the window until it is closed."""
    person = cast.reader
    code = cast.code(person)
    sys.stdout.write(f"\nThe window opens as {person.name}; the passphrase is: {person.secret}\n")

    def make(in_store: InStore) -> Program:
        program = open_program(person.profile, in_store=in_store)
        offer = program.enrolment.check_code(code, cast.server.url)
        session = program.enrolment.enrol(offer, person.secret, "demo")
        session.synchronizing.sync_once()
        return program

    run(make, sys.argv)
