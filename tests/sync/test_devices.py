"""Several devices and the real server: what one sends, the others have."""

from __future__ import annotations

import dataclasses
import random

from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.domain.records import ReceiptKind
from boardpack.store import dossiers
from sync.server.actions.do_remove_mandate import do_remove_mandate
from sync.server.models import Mandate
from tests.helpers.devices import SimulatedDevice, revised
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World, document, dossier, mandate, version
from tests.sync.conftest import MakeDevice


def content(number: int, size: int = 200_000) -> bytes:
    return b"%PDF-1.7 " + random.Random(number).randbytes(size + number)


def published(agent: SimulatedDevice, world: World, count: int = 3) -> tuple[Dossier, list[bytes]]:
    contents = [content(number) for number in range(count)]
    sitting = dossier(world.council, *(document(version(each)) for each in contents))
    agent.publish(sitting, *contents)
    assert not agent.sync().code
    return sitting, contents


def test_a_dossier_goes_from_the_secretariat_to_every_member(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, mayor, deputy = (device_of(each) for each in (world.agent, world.mayor, world.deputy))
    sitting, contents = published(agent, world)
    for device in (mayor, deputy):
        report = device.sync()
        assert report.code == ""
        assert report.received_files == len(contents)
        shown = dossiers.projected(device.connection)[sitting.sitting_id].dossier
        assert shown.documents == sitting.documents
        assert sorted(device.files().values()) == sorted(contents)
        assert device.waiting() == 0, "the receipt went up with the last batch"
        assert device.parts() == []
    agent.synced()
    for device in (agent, mayor, deputy):
        device.synced()
        assert device.state() == server.state_for(device.official)
    received = [
        each.official_id
        for each in agent.state()["receipt"].values()
        if each.kind is ReceiptKind.RECEIVED
    ]
    assert sorted(received) == sorted([world.mayor.id, world.deputy.id])


def test_who_has_no_mandate_there_gets_nothing(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, outsider = device_of(world.agent), device_of(world.outsider)
    published(agent, world)
    outsider.synced()
    assert "dossier" not in outsider.state()
    assert outsider.files() == {}
    assert outsider.state() == server.state_for(world.outsider)


def test_a_corrected_report_arrives_and_the_old_one_stays_readable(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, mayor = device_of(world.agent), device_of(world.mayor)
    sitting, contents = published(agent, world)
    mayor.synced()
    note = mayor.write_note(sitting, "À vérifier page 2")
    new = content(77)
    first, *others = sitting.documents
    replaced = document(first.versions[0], version(new, number=2))
    corrected = revised(
        sitting,
        lambda each: dataclasses.replace(
            each,
            documents=(
                dataclasses.replace(first, versions=replaced.versions),
                *others,
            ),
        ),
    )
    agent.publish(corrected, new)
    agent.synced()
    report = mayor.sync()
    assert report.received_files == 1
    assert sorted(mayor.files().values()) == sorted([*contents, new])
    assert mayor.session.notes.for_document(first.document_id)[0].text == note.text
    mayor.synced()
    agent.synced()
    assert mayor.state() == server.state_for(world.mayor)
    assert agent.state() == server.state_for(world.agent)


def test_files_already_on_the_server_are_not_sent_again(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent = device_of(world.agent)
    sitting, _ = published(agent, world)
    before = len(server.requests("PATCH"))
    agent.publish(revised(sitting))
    agent.synced()
    assert len(server.requests("PATCH")) == before
    assert not [each for each in server.requests("HEAD") if each.status >= 400]


def test_notes_go_up_sealed_and_come_back_after_the_store_is_read_anew(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, mayor = device_of(world.agent), device_of(world.mayor)
    sitting, _ = published(agent, world)
    mayor.synced()
    for number in range(3):
        mayor.write_note(sitting, f"Ma remarque {number}")
    kept = mayor.write_note(sitting, "Première idée")
    mayor.write_note(sitting, "Seconde idée", kept.note_id)
    mayor.synced()
    assert mayor.waiting() == 0
    sealed = server.state_for(world.mayor)["note"]
    assert len(sealed) == 4
    assert not any(
        b"remarque" in one.ciphertext for each in sealed.values() for one in each.versions
    )
    mayor.connection.execute("DELETE FROM notes")
    mayor.connection.execute("DELETE FROM cursor")
    mayor.synced()
    texts = {
        each.text for each in mayor.session.notes.for_document(sitting.documents[0].document_id)
    }
    assert texts == {"Ma remarque 0", "Ma remarque 1", "Ma remarque 2", "Seconde idée"}


def test_access_that_ends_takes_the_dossiers_and_keeps_the_notes(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, councillor = device_of(world.agent), device_of(world.councillor)
    sitting, _ = published(agent, world)
    councillor.synced()
    councillor.write_note(sitting, "Ma remarque")
    councillor.synced()
    for row in Mandate.objects.filter(official=world.councillor):
        do_remove_mandate(IT, row)
    councillor.synced()
    assert "dossier" not in councillor.state()
    assert councillor.files() == {}
    assert list((councillor.folder / "blobs").glob("*/*")) == []
    assert len(councillor.state()["note"]) == 1
    assert councillor.session.me.roles == {}
    mandate(world.councillor, world.council, Role.MEMBER)
    councillor.synced()
    assert sitting.sitting_id in councillor.state()["dossier"]
    assert len(councillor.files()) == 3
    assert councillor.state() == server.state_for(world.councillor)


def test_a_mandate_in_a_second_assembly_brings_its_dossiers(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, stranger = device_of(world.agent), device_of(world.stranger)
    published(agent, world)
    stranger.synced()
    assert stranger.files() == {}
    mandate(world.stranger, world.council)
    stranger.synced()
    assert len(stranger.files()) == 3
    assert stranger.state() == server.state_for(world.stranger)
    assert set(stranger.session.me.roles) == {world.council.id}


def test_a_sync_with_nothing_new_is_one_request_and_no_file(
    server: SimulatedServer, world: World, device_of: MakeDevice
) -> None:
    agent, mayor = device_of(world.agent), device_of(world.mayor)
    published(agent, world)
    mayor.synced()
    before = len(server.line.seen)
    mayor.sync()
    assert [(each.method, each.path) for each in server.line.seen[before:]] == [
        ("POST", "/api/v1/exchange")
    ]
