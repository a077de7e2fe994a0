"""What the server holds of notes, searched whole: database dump, files, logs, answers kept."""

from __future__ import annotations

import base64
import logging
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from boardpack.annotation.note import Quote
from sync.server.models import NoteReader, NoteVersion
from tests.helpers.devices import SimulatedDevice
from tests.helpers.searching import dump, found
from tests.helpers.world import World
from tests.sync.conftest import MakeDevice
from tests.sync.test_devices import published

MARKERS = ("zebu-prive", "zebu-partage", "zebu-corrige", "zebu-citation", "zebu-supprime")
KNOWN = "Rapport"
"""The title of a document, which the server does read: the search finds what is there."""


@pytest.fixture
def everything(
    world: World, device_of: MakeDevice, caplog: pytest.LogCaptureFixture
) -> Iterator[SimulatedDevice]:
    """Private, shared, corrected and removed notes, exchanged."""
    caplog.set_level(logging.DEBUG)
    agent, mayor, deputy = (device_of(each) for each in (world.agent, world.mayor, world.deputy))
    dossier, _ = published(agent, world, 1)
    for device in (mayor, deputy, mayor):
        device.synced()
    private = mayor.write_note(dossier, "zebu-prive")
    quoted = replace(private, anchor=replace(private.anchor, quote=Quote("zebu-citation")))
    mayor.session.notes.save(quoted, private)
    shared = mayor.write_note(dossier, "zebu-partage")
    mayor.session.sharing.share(shared.note_id, official_ids=(world.deputy.id,))
    mayor.synced()
    mayor.session.notes.save(replace(shared, text="zebu-corrige"), shared)
    gone = mayor.write_note(dossier, "zebu-supprime")
    mayor.synced()
    mayor.session.notes.remove(gone.note_id)
    for device in (mayor, deputy, agent):
        device.synced()
    assert {each.text for each in deputy.session.notes.for_document(private.document_id)} == {
        "zebu-corrige"
    }
    return mayor


def test_no_note_is_readable_at_the_server(
    everything: SimulatedDevice, caplog: pytest.LogCaptureFixture
) -> None:
    whole = dump()
    logs = "\n".join(record.getMessage() for record in caplog.records).encode()
    files = [each.read_bytes() for each in Path(settings.BLOB_FOLDER).rglob("*") if each.is_file()]
    unpacked = []
    for each in files:
        try:
            unpacked.append(zlib.decompress(each))
        except zlib.error:
            continue
    assert found(KNOWN, whole), "the search works"
    assert NoteVersion.objects.count() == 3
    assert NoteReader.objects.filter(told=True).count() == 1
    for marker in MARKERS:
        assert not found(marker, whole, logs, *files, *unpacked), marker


def test_the_search_finds_a_note_that_is_not_sealed(everything: SimulatedDevice) -> None:
    """Without the seal the test above fails: what it looks for is what would be there."""
    row = NoteVersion.objects.first()
    assert row is not None
    row.ciphertext = b'{"text": "zebu-prive"}'
    row.save()
    assert found("zebu-prive", dump())
    row.ciphertext = base64.b64encode(b'{"text": "zebu-prive"}')
    row.save()
    assert found("zebu-prive", dump())
