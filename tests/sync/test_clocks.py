"""A device whose clock is years off, and a real server whose clock is right (fault test 16)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.services.device_clock import clock_state
from tests.helpers.documents import text_pdf
from tests.helpers.local import note
from tests.helpers.town import Town, exchange, publish

SHIFTS = {"+1d": 1, "-1d": -1, "+10y": 3653, "-10y": -3653}


@pytest.mark.timeout(300)
def test_a_device_exchanges_whatever_its_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now
    papers = tmp_path / "papers"
    papers.mkdir()
    for name in ("convocation", "01 - Budget"):
        (papers / f"{name}.pdf").write_bytes(text_pdf(name))
    with Town(tmp_path / "town") as town:
        agent, office = town.enrol("agent")
        sitting_id = publish(office, papers)
        program, mayor = town.enrol("mayor")
        document_id = mayor.reading.sitting(sitting_id).items[0].documents[0].document_id
        for name, days in SHIFTS.items():
            monkeypatch.setattr(clock, "now", lambda days=days: real() + timedelta(days=days))
            mine = note(
                name,
                document_id=document_id,
                sitting_id=sitting_id,
                author_id=mayor.me.official_id,
            )
            mayor.notes.save(mine)
            exchange(mayor)
            state = clock_state(mayor.context)
            assert abs(state.slow_seconds + days * 86_400) < 60
            assert state.wrong
        monkeypatch.setattr(clock, "now", real)
        exchange(mayor)
        state = clock_state(mayor.context)
        assert (state.wrong, state.clamped) == (False, True)
        assert {row.note.text for row in mayor.notes.all()} == set(SHIFTS)
        assert mayor.synchronizing.state().waiting == 0
        program.lock()
        agent.lock()
