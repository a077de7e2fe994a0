"""A convocation goes out: 1 000 devices ask for it and fetch it at the same instant.

No spread, no jitter: in service devices come over the minutes that the publication names. Server
and nginx (docs/nginx.conf) are the real ones, each device has its own enrolment, key, token and
proofs, each proof is used once. Load generators, nginx and server share the machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.helpers.measure import FIGURES, Scale, report
from tests.helpers.serving import COLUMNS, ROOT, run

DEVICES: Final = 1_000
FILES, SIZE = 4, 5_000_000
_TOWN: Final = "bourg,Ville de Bourg,commune,123456789,bourg-cm,Conseil municipal,CM,council,1,"
#: The herd is prepared by the server's own actions: Django must be set up on its data first.
_HERD: Final = (
    "import sys, django; django.setup()\n"
    "from tests.benchmarks import herd; herd.main(*map(int, sys.argv[1:]))"
)


def measure(scratch: Path, scale: Scale = FIGURES) -> None:
    """Measure bytes a second, and how long a device waits for the answer to its message."""
    devices, size = scale.of(DEVICES, 4), scale.of(SIZE, 20_000)
    found = _found(_data(scratch, devices), devices, size)
    name = f"{devices:,} devices fetch a convocation at once"
    report(
        f"{name}: {FILES} files of {size / 1e6:g} MB each",
        found["served"] / 1e6, "MB/s", peer="wrk on nginx, the same files as static ones",
        peer_value=found["static"] / 1e6, goal=">= 0.8",
        note="spread off; over TLS; server, nginx and load generators share the machine",
    )  # fmt: skip
    waits = sorted(found["waits"])
    middle = statistics.median(waits) * 1000
    report(
        f"{name}: POST /exchange meanwhile, p99",
        waits[int(len(waits) * 0.99)] * 1000, "ms", peer="the goal, 500 ms", peer_value=500,
        goal="<= 1.0", note=f"median {middle:.0f} ms; {found['callers']} devices wait at a time",
    )  # fmt: skip


def _data(scratch: Path, devices: int) -> Path:
    """Make a server's data with a secretariat and very many members."""
    data = scratch / "data"
    data.mkdir(parents=True)
    people = [_person("agent", "secretary_office")]
    people += [_person(f"membre{number}", "member") for number in range(devices)]
    (scratch / "people.csv").write_text(COLUMNS + "".join(people), encoding="utf-8")
    for words in (("init",), ("import-officials", scratch / "people.csv")):
        done = run(data, *words)
        assert done.returncode == 0, done.stderr
    return data


def _person(name: str, role: str) -> str:
    return f"{_TOWN}{name},Claude,{name}@bourg.fr,,{role},,2020-01-01,\n"


def _found(data: Path, devices: int, size: int) -> dict[str, Any]:
    settings = {"DJANGO_SETTINGS_MODULE": "sync.server.settings.base", "BOARDPACK_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "-c", _HERD, str(devices), str(FILES), str(size)], cwd=ROOT,
        env=os.environ | settings, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts
