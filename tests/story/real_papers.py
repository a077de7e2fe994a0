"""The same story on real council papers, when ../shared/corpus is there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pymupdf

from boardpack.domain import clock
from tests.helpers.folders import CORPUS, PROTECTED, real_folders
from tests.story.cast import Papers

ASSEMBLIES = {
    "town": ("aubrelles-cm", "Conseil municipal"),
    "agglomeration": ("val-de-sorene-cc", "Conseil communautaire"),
    "region": ("hautes-vallees-cr", "Conseil régional"),
}
TO_SIGN = 2


def real_papers(folder: Path) -> Papers:
    """Make push folders, a correction and deliberations from the corpus."""
    folders = dict(zip(ASSEMBLIES, real_folders(folder / "dossiers"), strict=True))
    options = {}
    for days, (key, (assembly, title)) in enumerate(ASSEMBLIES.items(), start=12):
        starts = (clock.now() + timedelta(days=days)).strftime("%Y-%m-%d 18:30")
        options[key] = (
            "--assembly", assembly, "--title", title, "--starts", starts, "--place", "Salle",
        )  # fmt: skip
    return Papers(folders, draft(folder), corrected(folder, folders["town"]), acts(folder), options)


def draft(folder: Path) -> Path:
    """Return a folder with the papers that nobody can open."""
    target = folder / "draft"
    target.mkdir()
    papers = sorted((CORPUS / "council").glob("*.pdf"))
    protected = [path for path in papers if any(word in path.name for word in PROTECTED)]
    for number, path in enumerate(protected, start=1):
        shutil.copyfile(path, target / f"{number:02} - Protégé {number}.pdf")
    return target


def corrected(folder: Path, dossier: Path) -> Path:
    """Return a folder with a changed version of the town's first report."""
    target = folder / "corrected"
    target.mkdir()
    first = min(dossier.glob("01 - *.pdf"))
    with pymupdf.open(first) as document:
        document[0].insert_text((72, 40), "Version corrigée")
        document.save(target / first.name)
    return target


def acts(folder: Path) -> Path:
    """Return a folder of real papers that can be signed."""
    target = folder / "to-sign"
    target.mkdir()
    papers = sorted((CORPUS / "council").glob("CM-chemere*.pdf"))[:TO_SIGN]
    for number, path in enumerate(papers, start=1):
        shutil.copyfile(path, target / f"2026-{number:03} - Acte {number}.pdf")
    return target
