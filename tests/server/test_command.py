"""`boardpack-server`: each command, its exit code, its JSON; secrets stay out of sight."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import serving
from tests.helpers.pki import pki
from tests.helpers.serving import PEOPLE, facts

pytestmark = pytest.mark.skipif(
    "BOARDPACK_TEST_DATABASE_URL" in os.environ,
    reason="commands run on a SQLite of their own; test_loopback.py runs them on PostgreSQL",
)
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Run a command on this test's own folder, in its own process, on SQLite."""

    def run(
        *arguments: object, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return serving.run(tmp_path / "data", *arguments, given=given, environment=environment)

    return run


@pytest.fixture
def ready(command: Command, tmp_path: Path) -> Command:
    serving.ready_folder(tmp_path / "data")
    return command


def test_init_makes_a_server_that_only_its_account_reads(command, tmp_path) -> None:
    done = command("init", "--json")
    assert done.returncode == 0, done.stderr
    first = facts(done)
    data = tmp_path / "data"
    assert first["data"] == str(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("secret.key", "server.key"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    again = facts(command("init", "--json"))
    assert again == first


def test_the_superusers_password_comes_by_standard_input(command) -> None:
    done = command(
        "init", "--superuser", "dsi", "--password-stdin", "--json", given="correct horse battery\n"
    )
    assert done.returncode == 0, done.stderr
    assert facts(done)["superuser_created"] is True
    assert "horse" not in done.stdout + done.stderr
    done = command("init", "--superuser", "dsi", "--password-stdin", "--json", given="other\n")
    assert facts(done)["superuser_created"] is False


def test_a_weak_password_is_refused(command) -> None:
    done = command("init", "--superuser", "dsi", "--password-stdin", "--json", given="1234\n")
    assert done.returncode == 3
    assert facts(done)["code"] == "server.weak_password"


def test_no_option_takes_a_secret(command) -> None:
    for name in ("init", "run", "enrol", "demo"):
        help_text = command(name, "--help").stdout
        assert "--data" in help_text
        assert "--json" in help_text
        assert "--password " not in help_text


@pytest.mark.parametrize("arguments", [["run"], ["enrol", "a@b.fr"]])
def test_before_init_every_command_says_what_to_do(command, tmp_path, arguments) -> None:
    done = command(*arguments, "--json")
    assert done.returncode == 3, done.stderr
    assert facts(done)["code"] == "server.not_initialised"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["enrol"], ["run", "--port", "99999"], ["init", "--password", "x"]],
)
def test_wrong_usage_ends_with_2(command, arguments) -> None:
    assert command(*arguments).returncode == 2


def test_an_unreachable_database_ends_with_75(ready) -> None:
    url = "postgres://nobody@127.0.0.1:1/none"
    done = ready("check", "--json", DATABASE_URL=url)
    assert done.returncode == 75, done.stderr
    assert facts(done)["code"] == "server.database_unavailable"


def test_enrol_prints_a_code_and_a_qr_image(ready, tmp_path) -> None:
    image = tmp_path / "code.png"
    done = ready(
        "enrol", "Jeanne@Bourg.fr", "--json", "--qr", image, "--url", "https://seances.example.fr/"
    )
    assert done.returncode == 0, done.stderr
    found = facts(done)
    assert found["official"] == "Jeanne Martin"
    assert len(found["code"]) == 14
    expected = f"boardpack:https://seances.example.fr#{found['code']}#{found['fingerprint']}"
    assert found["qr_content"] == expected
    assert image.read_bytes().startswith(b"\x89PNG")
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    (barcode,) = zxingcpp.read_barcodes(Image.open(image).convert("L"))
    assert barcode.text == expected


def test_enrol_in_words(ready) -> None:
    done = ready("enrol", "jeanne@bourg.fr")
    assert done.returncode == 0
    assert "Jeanne Martin" in done.stdout


@pytest.mark.parametrize("arguments", [["enrol", "nobody@x.fr"], ["revoke", "no-device"]])
def test_who_is_not_there_is_named(ready, arguments) -> None:
    done = ready(*arguments, "--json")
    assert done.returncode == 3
    assert facts(done)["code"] == "server.no_such_official"
    done = ready(*arguments)
    assert done.stdout == ""
    assert arguments[1] in done.stderr


def test_revoke_without_a_device_is_no_failure(ready) -> None:
    done = ready("revoke", "jeanne@bourg.fr", "--json")
    assert done.returncode == 0
    assert facts(done) == {"revoked": [], "names": [], "wipe": False, "drain": False}


def test_import_twice_and_badly(ready, tmp_path) -> None:
    path = tmp_path / "officials.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    found = facts(ready("import-officials", path, "--json"))
    assert (found["created"], found["changed"]) == ({}, {})
    assert found["unchanged"]["mandate"] == 2
    path.write_text(PEOPLE + PEOPLE.splitlines()[1].replace("jeanne@bourg.fr", "nobody") + "\n")
    done = ready("import-officials", path, "--json")
    assert done.returncode == 3
    assert facts(done)["applied"] is False
    assert facts(done)["bad"][0]["line"] == 4
    assert "nobody" in facts(done)["bad"][0]["reason"]
    done = ready("import-officials", tmp_path / "absent.csv", "--json")
    assert done.returncode == 3
    assert facts(done)["code"] == "server.bad_officials_file"


def test_trust_takes_authorities_only(ready, tmp_path) -> None:
    root, person = tmp_path / "root.pem", tmp_path / "person.pem"
    root.write_bytes(pki().roots[0])
    person.write_bytes(pki().mayor.certificate.pem)
    assert facts(ready("trust", root, "--json"))["added"] == 1
    assert facts(ready("trust", root, "--json"))["added"] == 0
    done = ready("trust", person, "--json")
    assert done.returncode == 3
    assert facts(done)["code"] == "server.bad_certificate"


def test_check_finds_open_secrets_and_lost_files(ready, tmp_path) -> None:
    done = ready("check", "--json", "--deep")
    assert done.returncode == 0
    assert facts(done)["officials"] == 2
    assert facts(done)["problems"] == []
    (tmp_path / "data" / "secret.key").chmod(0o644)
    done = ready("check", "--json")
    assert done.returncode == 3
    assert len(facts(done)["problems"]) == 1


def test_a_new_key_is_ordered_for_an_assembly_that_has_one(ready) -> None:
    done = ready("new-assembly-key", "nowhere", "--json")
    assert (done.returncode, facts(done)["code"]) == (3, "server.no_such_assembly")
    done = ready("new-assembly-key", "bourg-cm", "--json")
    assert (done.returncode, facts(done)["code"]) == (3, "server.no_assembly_key")


def test_restored_begins_a_new_epoch(ready) -> None:
    assert facts(ready("restored", "--json")) != facts(ready("restored", "--json"))


def test_demo_is_ready_and_may_be_run_again(command) -> None:
    for _ in range(2):
        done = command("demo", "--json")
        assert done.returncode == 0, done.stderr
        assert facts(done)["fingerprint"]


def test_the_secret_may_come_from_the_environment(command, tmp_path) -> None:
    secret = {"BOARDPACK_SECRET_KEY": "x" * 50}
    assert command("init", **secret).returncode == 0
    assert not (tmp_path / "data" / "secret.key").exists()
    assert command("check", **secret).returncode == 0
