"""`python3 dev.py bench first`: push and sync, tap to first page, twenty signatures.

Real council papers from ../shared/corpus when they are there, else the demo's dossiers.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.benchmarks import exchange_bench, first_page_bench, signing_bench
from tests.helpers.folders import real_folders


def main() -> None:
    """Measure the three figures."""
    scratch = Path(tempfile.mkdtemp(prefix="boardpack-bench-"))
    try:
        folders = real_folders(scratch / "folders")
        exchange_bench.measure(folders, scratch)
        first_page_bench.measure(folders, scratch)
        signing_bench.measure(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
