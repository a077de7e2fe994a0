"""The seven steps, each with its counts; every claim is checked, not only told."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.story.act_five import what_goes_wrong
from tests.story.act_four import correct, follow, notes_are_there
from tests.story.act_one import install, push_all
from tests.story.act_three import place, read_and_sign, refuse_wrong_files
from tests.story.act_two import Councillor
from tests.story.cast import Cast
from tests.story.transcript import Transcript


class Story:
    """Plays on a cast; pictures go to `pictures`, None takes none."""

    def __init__(self, cast: Cast, transcript: Transcript, pictures: Path | None) -> None:
        """Begin with nothing installed."""
        self.cast, self.said, self.pictures = cast, transcript, pictures

    def prepare(self) -> None:
        """Steps 1 and 2: a server, and the dossiers of three secretariats on it."""
        with self.said.step(1, "IT starts a server on an empty machine"):
            install(self.cast, self.said)
        with self.said.step(2, "Three secretariats compose and send a sitting"):
            push_all(self.cast, self.said)

    def play(self) -> None:
        """All seven steps."""
        self.prepare()
        cast, said = self.cast, self.said
        with said.step(3, "A councillor enrols the one device and receives everything"):
            councillor = Councillor(cast, said, self.pictures)
            councillor.enrol()
            cast.server.stop()
            said.say("the network is cut")
        with said.step(4, "Offline: one agenda, reading, searching, notes, acknowledging"):
            councillor.read_and_annotate()
            councillor.leave()
        cast.server.start()
        with said.step(5, "Deliberations are placed, signed offline in order, and checked"):
            sitting = place(cast, said)
            read_and_sign(cast, said, self.pictures, sitting)
            refuse_wrong_files(cast, said)
        with said.step(6, "The network returns: everything goes up once; a report is corrected"):
            follow(cast, said, self.pictures, sitting)
            correct(cast, said)
            notes_are_there(cast, said, self.pictures)
        with said.step(7, "What goes wrong ends in a clear message, and nothing is lost"):
            what_goes_wrong(cast, said, self.pictures)


def merged(folder: Path, corrections: Path, target: Path) -> Path:
    """Return a copy of a push folder in which some files are replaced."""
    shutil.copytree(folder, target)
    for path in corrections.iterdir():
        shutil.copyfile(path, target / path.name)
    return target
