"""The only place that joins the services to a real transport, a real signer, a real PDF worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from boardpack.domain.ports import Ear, Registrar, Transport
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.account import Opened, host
from boardpack.services.accounts import Accounts
from boardpack.services.changes import Announcer
from boardpack.services.context import Context, InStore, direct
from boardpack.services.endings import EndingsService
from boardpack.services.enrolment import EnrolmentService
from boardpack.services.farewells import FarewellService
from boardpack.services.following import FollowingService
from boardpack.services.identity import Identity
from boardpack.services.leaving import LeavingService
from boardpack.services.listening import ListeningService
from boardpack.services.note_writing import NoteWriter
from boardpack.services.notes import NotesService
from boardpack.services.own_keys import OwnKeys
from boardpack.services.pages import PageService
from boardpack.services.preferences import PreferencesService
from boardpack.services.program import Program, Session
from boardpack.services.publishing import PublishingService
from boardpack.services.reading import ReadingService
from boardpack.services.recovery import RecoveryService
from boardpack.services.searching import SearchingService
from boardpack.services.sharing import SharingService
from boardpack.services.signing import SigningService
from boardpack.services.steering import SteeringService
from boardpack.services.synchronize import SyncService
from boardpack.services.together import Together
from boardpack.services.upkeep import UpkeepService
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.meta import Enrolled
from signing.backends.pkcs12 import Pkcs12Signer
from sync.client.enrolment import HttpRegistrar
from sync.client.hint_line import HintLine
from sync.client.http_transport import HttpTransport

TransportFactory: TypeAlias = Callable[[Enrolled], Transport]
EarFactory: TypeAlias = Callable[[Enrolled], Ear]
RegistrarFactory: TypeAlias = Callable[[str], Registrar]


def http_transport(enrolled: Enrolled) -> Transport:
    """Reach the server of an enrolled device."""
    return HttpTransport(enrolled.server_url, enrolled.device_id, enrolled.device_key)


def http_ear(enrolled: Enrolled) -> Ear:
    """Hear the server of an enrolled device."""
    return HintLine(enrolled.server_url, enrolled.device_id, enrolled.device_key)


def open_program(
    profile: Path,
    *,
    in_store: InStore = direct,
    transport_factory: TransportFactory = http_transport,
    ear_factory: EarFactory = http_ear,
    registrar_factory: RegistrarFactory = HttpRegistrar,
) -> Program:
    """Return the program on one profile; nothing is opened yet.

    Args:
        profile: its folder, which may be absent.
        in_store: runs a step where the store may be used (the window's store lane).
        transport_factory: reaches the server of an enrolled device.
        ear_factory: hears it.
        registrar_factory: reaches a server by its address, before enrolment.
    """

    def open_session(store: Store, blobs: BlobStore, enrolled: Enrolled, account: str) -> Opened:
        context = Context(
            store,
            blobs,
            enrolled.official_id,
            in_store,
            account=account,
            server=host(enrolled.server_url),
        )
        ways = transport_factory(enrolled), ear_factory(enrolled)
        return _open_session(context, enrolled, ways, together)

    accounts = Accounts(profile, open_session)
    together = Together(accounts)
    return Program(
        accounts,
        EnrolmentService(accounts, in_store, registrar_factory),
        FarewellService(accounts, registrar_factory),
    )


def _open_session(
    context: Context, enrolled: Enrolled, ways: tuple[Transport, Ear], together: Together[Session]
) -> Opened:
    transport, ear = ways
    announcer = Announcer()
    keys = OwnKeys(enrolled.identities)
    writer = NoteWriter(context, keys, enrolled.device_id)
    identity = Identity(context, enrolled.official_name, enrolled.authority_names)
    # The reader has a worker of its own: no page waits for an import or the search index.
    # Each starts by itself when it is first needed.
    reader, examiner, indexer = PdfWorker(), PdfWorker(), PdfWorker()
    notes = NotesService(context, writer)
    endings = EndingsService(context, announcer, identity, notes)
    endings.tick()
    leaving = LeavingService(context, enrolled, transport, announcer, endings)
    synchronizing = SyncService(context, transport, announcer, identity, keys, leaving)
    listening = ListeningService(context, ear)

    def close() -> None:
        listening.stop()
        synchronizing.close()
        transport.close()
        for worker in (reader, examiner, indexer):
            worker.close()

    session = Session(
        context=context,
        announcer=announcer,
        identity=identity,
        reading=ReadingService(context),
        notes=notes,
        sharing=SharingService(context, writer),
        publishing=PublishingService(context, examiner),
        following=FollowingService(context),
        leaving=leaving,
        signing=SigningService(context, Pkcs12Signer.open),
        synchronizing=synchronizing,
        listening=listening,
        steering=SteeringService(context, announcer),
        searching=SearchingService(context, indexer),
        preferences=PreferencesService(context),
        recovery=RecoveryService(context, keys, announcer),
        pages=PageService(reader),
        upkeep=UpkeepService(context),
        together=together,
    )
    return Opened(session, close)
