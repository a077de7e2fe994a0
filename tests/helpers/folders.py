"""Push folders made from the shared corpus of real council papers, outside the project."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import CORPUS

#: Papers that a push must refuse, and says so: they make the fourth folder.
PROTECTED = ("PasswordProtected", "Encrypted")
TOWNS = ("chemere", "couthenans", "aiglun")


def real_folders(target: Path) -> list[Path]:
    """Copy the readable papers of the corpus into three push folders; return these."""
    papers = [
        path
        for path in sorted((CORPUS / "council").glob("*.pdf"))
        if not any(word.lower() in path.name.lower() for word in PROTECTED)
    ]
    folders = []
    for number, town in enumerate(TOWNS):
        folder = target / f"{number + 1} - {town}"
        folder.mkdir(parents=True)
        mine = [path for path in papers if town in path.name]
        rest = [path for path in papers if not any(name in path.name for name in TOWNS)]
        chosen = mine + rest[number :: len(TOWNS)]
        shutil.copyfile(chosen[0], folder / "convocation.pdf")
        for place, path in enumerate(chosen, start=1):
            title = path.stem.rpartition("__")[2].replace("_", " ")
            shutil.copyfile(path, folder / f"{place:02} - {title}.pdf")
        folders.append(folder)
    return folders
