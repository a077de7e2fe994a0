"""Make the demo dossiers: three councils, a draft full of mistakes, a correction, acts to sign.

`python resources/demo/make_dossiers.py FOLDER [YYYY-MM-DD]`, or load it by path and call
`make_dossiers`. The same day gives the same bytes. README.md says what is in each folder.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # this script is also loaded by path

from dossier_maker.dossier import Folder, make_file, make_folder  # noqa: E402 - needs the path
from dossier_maker.houses import TOWN  # noqa: E402
from dossier_maker.papers import Sitting  # noqa: E402

TEXTS: Final = HERE / "texts"
FIRST_DAY: Final = date(2026, 12, 10)
# folder: (texts, days after the town's sitting)
_COUNCILS: Final = {
    "conseil-municipal": ("aubrelles", 0),
    "conseil-communautaire": ("val-de-sorene", 5),
    "conseil-regional": ("hautes-vallees", 8),
    "brouillon": ("brouillon", 49),
}
_CORRECTED: Final = "06"
#: Words that stand in one folder only: a search must find them, plaintext on disk must not.
MARKERS: Final = {
    "conseil-municipal": "jeu de timbales",
    "conseil-communautaire": "onze marches",
    "conseil-regional": "hémicycle Berthe-Vallon",
    "brouillon": "état des servitudes",
    "corrected": "annule et remplace",
    "to-sign": "Se sont abstenus",
}


def make_dossiers(folder: Path, day: date = FIRST_DAY) -> list[Path]:
    """Write every demo folder under `folder`; the town's council sits on `day`.

    Returns:
        The folders `conseil-municipal`, `conseil-communautaire`, `conseil-regional`, `brouillon`,
        `corrected` and `to-sign`, in this order.
    """
    made = [
        make_folder(TEXTS / texts, folder / name, day + timedelta(days=after))
        for name, (texts, after) in _COUNCILS.items()
    ]
    town = Sitting(TOWN, day)
    corrected, to_sign = folder / "corrected", folder / "to-sign"
    for target in (corrected, to_sign):
        target.mkdir(parents=True, exist_ok=True)
    make_file(
        Folder(TEXTS / "aubrelles", town, "corrige"),
        TEXTS / "aubrelles" / f"{_CORRECTED}.txt",
        corrected,
    )
    for path in sorted((TEXTS / "a-signer").glob("[0-9]*.txt")):
        make_file(Folder(TEXTS / "a-signer", town), path, to_sign)
    return [*made, corrected, to_sign]


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    day = date.fromisoformat(arguments[1]) if len(arguments) > 1 else FIRST_DAY
    for path in make_dossiers(Path(arguments[0]), day):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
