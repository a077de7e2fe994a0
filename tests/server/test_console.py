"""The console: superusers only, every change an action that reaches feeds and audit."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from sync.server import records
from sync.server.actions.do_record_erasure import do_record_erasure
from sync.server.models import (
    Assembly,
    AuditLine,
    Authority,
    Change,
    Device,
    EnrolmentCode,
    Mandate,
    Official,
    PinnedCertificate,
    PoliticalGroup,
    TrustRoot,
)
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader
from tests.helpers.pki import pki
from tests.helpers.wire_device import WireDevice

PAGES = (
    "authority",
    "assembly",
    "politicalgroup",
    "official",
    "mandate",
    "device",
    "enrolmentcode",
    "trustroot",
    "pinnedcertificate",
    "auditline",
    "queuedjob",
)


def post(console, path, **fields: object):
    response = console.post(f"/console/boardpack_server/{path}", fields)
    if response.status_code != 302:
        pytest.fail(str(response.context and response.context.get("errors")))
    return response


def test_visitors_are_sent_to_the_login(world, client) -> None:
    for page in PAGES:
        response = client.get(f"/console/boardpack_server/{page}/")
        assert response.status_code == 302
        assert response["Location"].startswith("/console/login/")
    page = client.get("/console/login/").content.decode()
    assert "boardpack" in page
    assert "Mot de passe" in page
    assert client.get("/")["Location"] == "/console/"


@pytest.mark.parametrize(("staff", "superuser"), [(False, False), (True, False)])
def test_only_superusers_come_in(world, client, staff, superuser) -> None:
    user = get_user_model().objects.create_user(username="agent", is_staff=staff)
    client.force_login(user)
    for page in PAGES:
        assert client.get(f"/console/boardpack_server/{page}/").status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_and_searches(console, world, page) -> None:
    worlds.person(world.mayor)
    response = console.get(f"/console/boardpack_server/{page}/")
    assert response.status_code == 200
    response = console.get(f"/console/boardpack_server/{page}/?q=martin")
    assert response.status_code in {200, 302}


def test_an_authority_and_an_assembly_are_made(console, world) -> None:
    post(
        console,
        "authority/add/",
        key="region",
        name="Région",
        short_name="Région",
        siren="123456789",
        kind="region",
    )
    row = Authority.objects.get(key="region")
    post(
        console,
        "assembly/add/",
        authority=row.id,
        key="region-cr",
        name="Conseil régional",
        short_name="CR",
        kind="council",
        colour="3",
        timezone="Europe/Paris",
        lease_days="14",
    )
    assembly = Assembly.objects.get(key="region-cr")
    assert records.assembly(assembly).lease_days == 14
    kinds = Change.objects.filter(feed=f"assembly:{assembly.id}").order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == ["authority", "assembly"]
    lines = AuditLine.objects.filter(action__in=["save_authority", "save_assembly"])
    assert set(lines.filter(actor="console: dsi").values_list("action", flat=True)) == {
        "save_authority",
        "save_assembly",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("key", "Has Space"), ("siren", "12"), ("kind", "planet"), ("name", "")],
)
def test_a_bad_authority_is_not_saved(console, world, field, value) -> None:
    fields = {
        "key": "region",
        "name": "Région",
        "short_name": "R",
        "siren": "123456789",
        "kind": "region",
    }
    response = console.post("/console/boardpack_server/authority/add/", fields | {field: value})
    assert response.status_code == 200
    assert response.context["errors"]
    assert not Authority.objects.filter(short_name="R").exists()


def test_a_corrected_name_reaches_the_devices(console, world) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    post(
        console,
        f"official/{world.mayor.id}/change/",
        first_name="Jeanne",
        last_name="Martin-Roux",
        title="Maire",
        email="Jeanne.Martin@EXAMPLE.fr",
    )
    reader.sync()
    assert reader.of("official")[world.mayor.id].last_name == "Martin-Roux"
    assert Official.objects.get(id=world.mayor.id).email == "jeanne.martin@example.fr"


def test_a_mandate_is_given_ended_and_removed(console, world) -> None:
    reader = Reader(worlds.person(world.stranger))
    reader.sync()
    post(
        console,
        "mandate/add/",
        official=world.stranger.id,
        assembly=world.council.id,
        role="member",
        starts="2020-01-01",
        ends="",
        group="",
    )
    row = Mandate.objects.get(official=world.stranger)
    reader.sync()
    assert reader.of("access")[world.council.id].granted
    post(
        console,
        f"mandate/{row.id}/change/",
        role="member",
        starts="2020-01-01",
        ends="2021-01-01",
        group="",
    )
    reader.sync()
    assert not reader.of("access")[world.council.id].granted
    post(console, f"mandate/{row.id}/delete/", post="yes")
    assert not Mandate.objects.filter(id=row.id).exists()
    gone = Change.objects.get(feed=f"assembly:{world.council.id}", record_id=row.id)
    assert gone.body is None


def test_several_mandates_are_removed_by_the_action(console, world) -> None:
    chosen = list(Mandate.objects.filter(official=world.deputy).values_list("id", flat=True))
    post(
        console,
        "mandate/",
        action="delete_selected",
        _selected_action=chosen,
        post="yes",
    )
    assert not Mandate.objects.filter(official=world.deputy).exists()
    assert AuditLine.objects.filter(action="remove_mandate").count() == len(chosen) == 2


def test_a_mandate_cannot_change_its_person_or_end_before_it_starts(console, world) -> None:
    row = Mandate.objects.get(official=world.councillor)
    path = f"/console/boardpack_server/mandate/{row.id}/change/"
    fields = {"role": "member", "starts": "2020-01-01", "ends": "2019-01-01", "group": ""}
    assert console.post(path, fields).status_code == 200
    console.post(path, fields | {"ends": "", "official": world.stranger.id})
    row.refresh_from_db()
    assert (row.official_id, row.ends) == (world.councillor.id, None)


def test_a_group_of_another_assembly_is_refused(console, world) -> None:
    post(console, "politicalgroup/add/", assembly=world.bureau.id, name="Ensemble", short_name="E")
    group = PoliticalGroup.objects.get()
    row = Mandate.objects.get(official=world.councillor)
    fields = {"role": "member", "starts": "2020-01-01", "ends": "", "group": group.id}
    path = f"/console/boardpack_server/mandate/{row.id}/change/"
    assert console.post(path, fields).status_code == 200
    row.refresh_from_db()
    assert row.group_id is None


@pytest.mark.parametrize("page", ["authority", "assembly", "official", "politicalgroup", "device"])
def test_what_devices_hold_is_not_deleted(console, world, page) -> None:
    worlds.person(world.mayor)
    rows = {
        "authority": world.town.id,
        "assembly": world.council.id,
        "official": world.mayor.id,
        "device": Device.objects.get().id,
        "politicalgroup": "x",
    }
    response = console.post(f"/console/boardpack_server/{page}/{rows[page]}/delete/", {"post": "1"})
    assert response.status_code in {302, 403}
    assert Official.objects.filter(id=world.mayor.id).exists()
    assert Device.objects.count() == 1


def test_a_code_is_shown_once_and_works(console, world) -> None:
    response = console.post(
        "/console/boardpack_server/official/",
        {"action": "issue_codes", "_selected_action": [world.mayor.id, world.deputy.id]},
    )
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    page = response.content.decode()
    codes = [each["text"] for each in response.context["codes"]]
    assert len(codes) == 2
    assert all(code in page for code in codes)
    assert page.count("data:image/svg+xml") == 2
    assert WireDevice().register(codes[0]).status_code == 201
    listed = console.get("/console/boardpack_server/enrolmentcode/").content.decode()
    assert not any(code in listed for code in codes)
    assert EnrolmentCode.objects.filter(issued_by="console: dsi").count() == 2


def test_a_device_is_revoked(console, world) -> None:
    device = worlds.person(world.mayor).device
    path, chosen = "/console/boardpack_server/device/", {"_selected_action": [device.id]}
    asked = console.post(path, {"action": "revoke", **chosen})
    assert asked.status_code == 200, "first the question"
    assert device.name in asked.content.decode()
    assert console.post(path, {"action": "revoke", "asked": "1", **chosen}).status_code == 200
    device.refresh_from_db()
    assert device.state == "active", "nothing was chosen yet"
    post(console, "device/", action="revoke", asked="1", fate="revoke", reason="lost", **chosen)
    device.refresh_from_db()
    assert (device.state, device.wipe, device.drain, device.reason) == (
        "revoked",
        False,
        False,
        "lost",
    )
    assert AuditLine.objects.filter(action="revoke_device", actor="console: dsi").count() == 1
    assert "—" in console.get(path).content.decode()
    post(console, "device/", action="revoke", asked="1", fate="drain", reason="left", **chosen)
    device.refresh_from_db()
    assert (device.wipe, device.drain, device.reason) == (True, True, "left")
    listed = console.get(path, headers={"Accept-Language": "fr"}).content.decode()
    assert "pas encore" in listed
    do_record_erasure(device)
    assert "effacé le" in console.get(path).content.decode()


def test_a_trust_root_is_pasted_and_removed(console, world) -> None:
    path = "/console/boardpack_server/trustroot/add/"
    for bad in (b"", b"no pem", pki().mayor.certificate.pem, pki().roots[0] * 2):
        response = console.post(path, {"pem": bad.decode()})
        assert response.status_code == 200
        assert not TrustRoot.objects.exists()
    post(console, "trustroot/add/", pem=pki().roots[0].decode())
    row = TrustRoot.objects.get()
    assert "Autorité" in row.subject
    assert console.post(path, {"pem": pki().roots[0].decode()}).status_code == 200
    assert TrustRoot.objects.count() == 1
    assert console.get(f"/console/boardpack_server/trustroot/{row.id}/change/").status_code == 200
    post(console, f"trustroot/{row.id}/delete/", post="yes")
    assert not TrustRoot.objects.exists()
    actions = AuditLine.objects.filter(subject_id=row.id).values_list("action", flat=True)
    assert set(actions) == {"trust_root", "distrust_root"}


def test_a_certificate_is_pinned_as_tools_print_it(console, world) -> None:
    printed = ":".join(["AB"] * 32)
    post(
        console,
        "pinnedcertificate/add/",
        official=world.mayor.id,
        certificate_sha256=printed,
        note="Carte 2026",
    )
    row = PinnedCertificate.objects.get()
    assert row.certificate_sha256 == "ab" * 32
    response = console.post(
        "/console/boardpack_server/pinnedcertificate/add/",
        {"official": world.mayor.id, "certificate_sha256": "xyz", "note": ""},
    )
    assert response.status_code == 200
    post(console, f"pinnedcertificate/{row.id}/delete/", post="yes")
    assert not PinnedCertificate.objects.exists()


def test_the_audit_is_read_only(console, world) -> None:
    line = AuditLine.objects.latest("id")
    base = "/console/boardpack_server/auditline/"
    assert console.get(f"{base}{line.id}/change/").status_code == 200
    assert console.get(f"{base}add/").status_code == 403
    assert console.post(f"{base}{line.id}/delete/", {"post": "yes"}).status_code == 403
    console.post(f"{base}{line.id}/change/", {"actor": "somebody else"})
    line.refresh_from_db()
    assert line.actor != "somebody else"


def test_another_superuser_is_made_and_audited(console, world) -> None:
    response = console.post(
        "/console/auth/user/add/",
        {
            "username": "adjoint",
            "usable_password": "true",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        },
    )
    assert response.status_code == 302, response.context["errors"]
    assert AuditLine.objects.filter(action="save_superuser", subject_id="adjoint").exists()
    user = get_user_model().objects.get(username="adjoint")
    assert console.get(f"/console/auth/user/{user.pk}/change/").status_code == 200


def test_wrong_passwords_close_the_login_for_a_minute(world, client, later) -> None:
    users = get_user_model().objects
    users.create_superuser(username="dsi", password="correct horse battery")
    good = {"username": "dsi", "password": "correct horse battery"}
    for _ in range(10):
        response = client.post("/console/login/", good | {"password": "wrong"})
        assert response.status_code == 200
    response = client.post("/console/login/?next=/console/", good)
    assert response.status_code == 200
    later(timedelta(seconds=61))
    assert client.post("/console/login/?next=/console/", good).status_code == 302


def test_the_console_speaks_french(console, world) -> None:
    page = console.get("/console/boardpack_server/mandate/").content.decode()
    assert "Déconnexion" in page
