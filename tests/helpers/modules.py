"""Import every module of ours, so that what they declare is known."""

import importlib
import pkgutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def import_all() -> None:
    """Import the modules of every room but entry points and migrations."""
    for top in ("boardpack", "sync", "signing", "ui"):
        for module in pkgutil.walk_packages([str(ROOT / top)], prefix=f"{top}."):
            if not module.name.endswith(("__main__", "wsgi")) and ".migrations." not in module.name:
                importlib.import_module(module.name)
