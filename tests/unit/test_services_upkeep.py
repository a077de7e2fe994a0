"""Once a day all of the store is read; what is gone is fetched again, damage is raised."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.services.upkeep import UpkeepService
from boardpack.store.database import DATABASE
from boardpack.store.errors import DamagedStoreError
from tests.helpers.local import MAYOR, local, sha256


def test_it_looks_once_a_day_whatever_the_clock_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with local(tmp_path, MAYOR) as device:
        upkeep = UpkeepService(device.context)
        assert upkeep.run_if_due()
        assert not upkeep.run_if_due()
        for step in (timedelta(hours=25), timedelta(days=-900)):
            monkeypatch.setattr(clock, "now", lambda moment=now + step: moment)
            assert upkeep.run_if_due()
            assert not upkeep.run_if_due()


def test_a_file_that_is_gone_or_cut_is_forgotten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with local(tmp_path, MAYOR) as device:
        device.hold(b"one", b"two", b"three")
        device.blobs.source(sha256(b"one")).path.unlink()
        device.blobs.source(sha256(b"two")).path.write_bytes(b"cut")
        assert UpkeepService(device.context).run_if_due()
        held = [device.blobs.has(sha256(each)) for each in (b"one", b"two", b"three")]
        assert held == [False, False, True]
        assert len(caplog.records) == 2


def test_damage_is_raised_each_time(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR) as device:
        device.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with (device.store.folder / DATABASE).open("r+b") as file:
            file.seek(30 * 4096 + 100)
            file.write(b"\xff" * 8)
        for _ in range(2):
            with pytest.raises(DamagedStoreError):
                UpkeepService(device.context).run_if_due()
