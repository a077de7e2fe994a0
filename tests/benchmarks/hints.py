"""`python3 dev.py bench hints`: what an exchange after a hint costs, and a hint that spares it."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path

import django


def main() -> None:
    """Print the figures."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sync.server.settings.testing"
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        importlib.import_module("tests.benchmarks.hint_costs").measure(Path(folder))


if __name__ == "__main__":
    main()
