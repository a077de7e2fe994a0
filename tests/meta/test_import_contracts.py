"""The import contracts hold, and each one breaks when somebody breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
PLANTED = {
    "layers": ("boardpack/domain/dossier.py", "from boardpack.store import database"),
    "core-complete": ("boardpack/helpers.py", ""),
    "sync-complete": ("sync/helpers.py", ""),
    "server-is-headless": ("sync/server/wsgi.py", "from boardpack.store import database"),
    "server-holds-no-key": ("sync/server/wsgi.py", "from signing.backends import pkcs12"),
    "services-use-ports": ("boardpack/services/reading.py", "from signing.backends import pkcs12"),
    "server-is-alone": ("boardpack/cli/main.py", "from sync.server import wsgi"),
    "core-is-pure": ("sync/engine/machine.py", "import threading"),
    "one-door-qt": ("boardpack/services/reading.py", "from PySide6.QtCore import QObject"),
    "one-door-sqlcipher": ("boardpack/services/reading.py", "import sqlcipher3"),
    "one-door-http": ("boardpack/services/reading.py", "import httpx"),
    "one-door-pdf": ("boardpack/services/reading.py", "import pymupdf"),
    "one-door-pyhanko": ("boardpack/services/reading.py", "import pyhanko"),
    "one-door-server": ("boardpack/services/reading.py", "import django"),
    "one-door-zstd": ("sync/engine/machine.py", "from backports import zstd"),
    "one-door-s3": ("sync/server/blobs.py", "import obstore"),
    "window-uses-services": ("ui/app.py", "from boardpack.store import database"),
    "acyclic": ("boardpack/domain/ids.py", "from boardpack.domain import records"),
}
IDS = [
    contract["id"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_contract_has_a_planted_violation() -> None:
    assert set(IDS) == set(PLANTED)


@pytest.mark.parametrize("rule", PLANTED)
def test_rule_breaks(rule: str, tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("boardpack", "ui", "sync", "signing"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path, line = PLANTED[rule]
    if rule == "acyclic":
        with (tmp_path / "boardpack/domain/records.py").open("a") as module:
            module.write("from boardpack.domain import ids\n")
    with (tmp_path / path).open("a") as module:
        module.write(f"{line}\n")
    done = lint(tmp_path, "--contract", rule)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout
