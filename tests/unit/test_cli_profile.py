"""The command line on a profile that makes one wait, or that was erased."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from boardpack.cli.main import run
from boardpack.messages import use_language
from boardpack.store import farewell, keys
from boardpack.store.attempts import FREE
from boardpack.store.database import Store
from tests.helpers import cheap, wiped

PHRASE = "quatre mots sans rapport"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap.secrets(monkeypatch)
    folder = tmp_path / "profile"
    folder.mkdir()
    made, key = keys.create(folder, PHRASE)
    keys.save_profile(folder, made)
    Store.create(folder, key).close()
    return folder


@pytest.fixture
def command(
    profile: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    def call(*arguments: str, secret: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(secret + "\n"))
        code = run((*arguments, "--profile", str(profile)))
        out, err = capsys.readouterr()
        use_language("fr")
        return code, out, err

    return call


def test_too_many_misses_say_how_long_to_wait(command: Command) -> None:
    for _ in range(FREE):
        code, _, err = command("status", "--unlock-from", "-", secret="pas la bonne phrase")
        assert (code, "[sealing.wrong_secret]" in err) == (3, True)
    for secret in ("pas la bonne phrase", PHRASE):
        code, _, err = command("status", "--unlock-from", "-", secret=secret)
        assert (code, "[store.too_soon]" in err) == (3, True)
        assert "attendez encore" in err
    code, _, err = command("status", "--json", "--unlock-from", "-", secret=PHRASE)
    assert json.loads(err)["parameters"]["wait"].startswith("PT")


def test_an_erased_profile_says_so(command: Command, profile: Path) -> None:
    note = wiped.note(keys.Profile("x", keys.Holder.FILE))
    farewell.save(profile, replace(note, told=True))
    code, out, _ = command("status", "--locked")
    assert (code, "effacé" in out) == (0, True)
    assert [each.name for each in profile.iterdir()] == [farewell.FILE]
    code, _, err = command("sync", "--unlock-from", "-", secret=PHRASE)
    assert (code, "[account.erased]" in err) == (3, True)
