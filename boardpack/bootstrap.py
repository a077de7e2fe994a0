"""The only place that joins the services to a real transport, a real signer, a real PDF worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from boardpack.domain.ports import Registrar, Transport
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.account import Account, Opened
from boardpack.services.changes import Announcer
from boardpack.services.context import Context, InStore, direct
from boardpack.services.enrolment import EnrolmentService
from boardpack.services.following import FollowingService
from boardpack.services.identity import Identity
from boardpack.services.notes import NotesService
from boardpack.services.pages import PageService
from boardpack.services.preferences import PreferencesService
from boardpack.services.program import Program, Session
from boardpack.services.publishing import PublishingService
from boardpack.services.reading import ReadingService
from boardpack.services.sealed_notes import opener
from boardpack.services.searching import SearchingService
from boardpack.services.signing import SigningService
from boardpack.services.synchronize import SyncService
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.meta import Enrolled
from signing.backends.pkcs12 import Pkcs12Signer
from sync.client.enrolment import HttpRegistrar
from sync.client.http_transport import HttpTransport

TransportFactory: TypeAlias = Callable[[Enrolled], Transport]
RegistrarFactory: TypeAlias = Callable[[str], Registrar]


def http_transport(enrolled: Enrolled) -> Transport:
    """Reach the server of an enrolled device."""
    return HttpTransport(enrolled.server_url, enrolled.device_id, enrolled.device_key)


def open_program(
    profile: Path,
    *,
    in_store: InStore = direct,
    transport_factory: TransportFactory = http_transport,
    registrar_factory: RegistrarFactory = HttpRegistrar,
) -> Program:
    """Return the program on one profile; nothing is opened yet.

    Args:
        profile: its folder, which may be absent.
        in_store: runs a step where the store may be used (the window's store lane).
        transport_factory: reaches the server of an enrolled device.
        registrar_factory: reaches a server by its address, before enrolment.
    """

    def open_session(store: Store, blobs: BlobStore, enrolled: Enrolled) -> Opened:
        return _open_session(
            Context(store, blobs, enrolled.official_id, in_store),
            enrolled,
            transport_factory(enrolled),
        )

    account = Account(profile, open_session)
    return Program(account, EnrolmentService(account, in_store, registrar_factory))


def _open_session(context: Context, enrolled: Enrolled, transport: Transport) -> Opened:
    announcer = Announcer()
    identity = Identity(context, enrolled.official_name, enrolled.authority_names)
    # The reader has a worker of its own: no page waits for an import or the search index.
    # Each starts by itself when it is first needed.
    reader, examiner, indexer = PdfWorker(), PdfWorker(), PdfWorker()
    synchronizing = SyncService(context, transport, announcer, identity, opener(enrolled.identity))

    def close() -> None:
        synchronizing.close()
        transport.close()
        for worker in (reader, examiner, indexer):
            worker.close()

    session = Session(
        context=context,
        announcer=announcer,
        identity=identity,
        reading=ReadingService(context),
        notes=NotesService(context, enrolled.recipient),
        publishing=PublishingService(context, examiner),
        following=FollowingService(context),
        signing=SigningService(context, Pkcs12Signer.open),
        synchronizing=synchronizing,
        searching=SearchingService(context, indexer),
        preferences=PreferencesService(context),
        pages=PageService(reader),
    )
    return Opened(session, close)
