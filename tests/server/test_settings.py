"""Settings come from the environment only; a public address over HTTPS makes cookies secure."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import RequestFactory

from sync.server.api import addresses

ROOT = Path(__file__).parents[2]
PROGRAM = """
import importlib, json, sys
found = vars(importlib.import_module(sys.argv[1]))
names = [name for name in sys.argv[2:] if name in found]
print(json.dumps({name: found[name] for name in names}, default=str))
"""


def loaded(module, *names: str, **environment: str):
    clean = {name: value for name, value in os.environ.items() if "BOARDPACK" not in name}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, f"sync.server.settings.{module}", *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=clean | environment,
    )
    return json.loads(done.stdout)


def test_without_anything_it_is_sqlite_in_the_data_folder(tmp_path) -> None:
    found = loaded(
        "base", "DATABASES", "BLOB_FOLDER", "DEBUG", "IS_INITIALISED", BOARDPACK_DATA=str(tmp_path)
    )
    database = found["DATABASES"]["default"]
    assert database["ENGINE"].endswith("sqlite3")
    assert database["NAME"] == str(tmp_path / "boardpack.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert found["BLOB_FOLDER"] == str(tmp_path / "blobs")
    assert found["DEBUG"] is False
    assert found["IS_INITIALISED"] is False


def test_the_environment_chooses_database_and_address() -> None:
    found = loaded(
        "production",
        "DATABASES",
        "ALLOWED_HOSTS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_PROXY_SSL_HEADER",
        DATABASE_URL="postgres://boardpack@db.example.fr/boardpack?sslmode=require",
        BOARDPACK_PUBLIC_URL="https://seances.example.fr/",
        BOARDPACK_BEHIND_PROXY="1",
    )
    database = found["DATABASES"]["default"]
    assert database["ENGINE"].endswith("postgresql")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["pool"]["max_size"] > 1
    assert "seances.example.fr" in found["ALLOWED_HOSTS"]
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_PROXY_SSL_HEADER"]


@pytest.mark.parametrize(
    ("behind", "forwarded", "expected"),
    [
        (False, "", "10.0.0.1"),
        (False, "6.6.6.6", "10.0.0.1"),
        (True, "", "10.0.0.1"),
        (True, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
    ],
)
def test_only_a_proxy_of_ours_names_the_caller(settings, behind, forwarded, expected) -> None:
    settings.BEHIND_PROXY = behind
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)
    assert addresses.sender(request) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.fr/x", "HTTPS://A.FR:443/x?q#f", True),
        ("http://a.fr:80/", "http://a.fr", True),
        ("https://a.fr/x", "https://a.fr/X", False),
        ("https://a.fr/x", "http://a.fr/x", False),
        ("https://a.fr/x", "https://a.fr:8443/x", False),
        ("https://a.fr/x", "https://a.fr:x/x", False),
    ],
)
def test_addresses_are_compared_as_the_standard_says(one, other, same) -> None:
    assert addresses.same(one, other) is same
