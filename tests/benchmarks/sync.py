"""`python3 dev.py bench sync`: the store and its exchange beside the tools that people know.

`--only PART` measures one part; `--quick` runs everything with little, to see that it runs; with
`--markdown FILE` the tables of figures in that file are written anew.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks import (
    deltas_bench,
    herd_bench,
    quiet_bench,
    store_bench,
    tables,
    transfers_bench,
)
from tests.helpers.measure import FIGURES, TRIAL, Figure, Scale, reported

PARTS: Final[dict[str, tuple[str, Callable[[Path, Scale], None]]]] = {
    "store": ("The store by itself", store_bench.measure),
    "quiet": ("Nothing has changed", quiet_bench.measure),
    "deltas": ("A day of corrections", deltas_bench.measure),
    "transfers": ("Receiving", transfers_bench.measure),
    "herd": ("A convocation goes out", herd_bench.measure),
}


def main() -> None:
    """Measure what was asked for, all of it by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--markdown", type=Path)
    asked = parser.parse_args()
    found: dict[str, list[Figure]] = {}
    machine = tables.Machine()
    scratch = Path(tempfile.mkdtemp(prefix="boardpack-bench-"))
    try:
        for part in asked.only or PARTS:
            title, measure = PARTS[part]
            known = len(reported)
            measure(scratch / part, TRIAL if asked.quick else FIGURES)
            found[title] = reported[known:]
            if asked.markdown:
                # After each part: what was measured stays when a later one is interrupted.
                tables.write(asked.markdown, machine, found)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
