"""The server, the core and the command line start on a machine that has no Qt."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
sys.modules["PySide6"] = None
import django
django.setup()
for name in sys.argv[1:]:
    __import__(name)
"""


def importable(top: str) -> list[str]:
    found = pkgutil.walk_packages([str(ROOT / top)], prefix=f"{top}.")
    return [module.name for module in found if not module.name.endswith(("__main__", ".wsgi"))]


def test_everything_but_ui_imports_without_qt() -> None:
    names = [name for top in ("boardpack", "sync", "signing") for name in importable(top)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "sync.server.settings.testing"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
