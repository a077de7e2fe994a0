"""The benchmarks run and say what they promise, with little data: figures are not judged here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.tables import BEGIN, END
from tests.story.programs import ROOT, environment

PEERS = ("curl", "rclone", "syncthing", "nextcloudcmd", "wrk", "nginx")
CONTRACT = {"figure", "value", "unit", "peer", "peer_value", "ratio", "goal", "met", "note"}


def measured(page: Path, *arguments: str) -> list[dict[str, Any]]:
    """Run `bench sync --quick`; return its figures, once they stand in `page`."""
    page.write_text(f"before\n\n{BEGIN}\nformer figures\n{END}\n\nafter\n")
    words = [sys.executable, "-m", "tests.benchmarks.sync", "--quick", "--markdown", str(page)]
    done = subprocess.run(
        [*words, *arguments], cwd=ROOT, env=environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    text = page.read_text()
    assert text.startswith("before\n\n")
    assert text.endswith("\n\nafter\n")
    assert "former figures" not in text
    assert all(each.keys() == CONTRACT and each["figure"] in text for each in figures)
    return figures


def test_figures_keep_the_contract_and_stand_in_their_page(tmp_path: Path) -> None:
    figures = measured(tmp_path / "page.md", "--only", "store")
    assert any("cryptography" in each["peer"] for each in figures)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_part_runs_beside_its_peers(tmp_path: Path) -> None:
    missing = [each for each in PEERS if shutil.which(each, path="/usr/bin:/usr/sbin") is None]
    if missing:
        pytest.skip(f"not installed: {missing}")
    figures = measured(tmp_path / "page.md")
    peers = " ".join(each["peer"] for each in figures)
    for name in ("curl", "rclone", "Syncthing", "Nextcloud", "wrk", "cryptography", "zstd"):
        assert name in peers
