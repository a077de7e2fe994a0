"""A device that speaks to a real server over a socket, without the program."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from sync.protocol import codec
from sync.protocol.messages import AssemblyKeyMade, DossierPublished
from tests.helpers import trusted
from tests.helpers.exchanging import EXCHANGE, request
from tests.helpers.nginx_site import NginxSite
from tests.helpers.serving import Served
from tests.helpers.wire_device import ASSERTION_TYPE, TOKEN, WireDevice, ath, proof, public
from tests.helpers.world import document, version


class SocketDevice(WireDevice):
    """`WireDevice`'s keys, spoken over the socket."""

    def __init__(self, server: Served | NginxSite, code: str) -> None:
        super().__init__()
        self.server = server
        body = {
            "client_name": "Tablette",
            "jwks": {"keys": [public(self.key)]},
            "boardpack": {"recipient": "age1" + "q" * 58},
        }
        status, data, headers = server.call(
            "POST",
            "/oauth/register",
            json.dumps(body).encode(),
            Authorization=f"Bearer {code}",
            Content_Type="application/json",
        )
        assert status == 201, data
        self.device_id, self.nonce = json.loads(data)["client_id"], headers["dpop-nonce"]
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(aud=server.url + TOKEN),
        }
        status, data, headers = server.call(
            "POST",
            TOKEN,
            urlencode(form).encode(),
            DPoP=proof(self.key, "POST", server.url + TOKEN, nonce=self.nonce),
            Content_Type="application/x-www-form-urlencoded",
        )
        assert status == 200, data
        self.token = json.loads(data)["access_token"]

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        address = self.server.url + path
        status, data, found = self.server.call(
            method,
            path,
            body,
            Authorization=f"DPoP {self.token}",
            DPoP=proof(self.key, method, address, ath=ath(self.token), nonce=self.nonce),
            **headers,
        )
        self.nonce = found["dpop-nonce"]
        return status, data, found

    def send_file(self, data: bytes, chunk: int = 8 * 1024 * 1024) -> None:
        """Upload a file."""
        path = f"/api/v1/uploads/{version(data).sha256}"
        for start in range(0, len(data), chunk):
            status, body, headers = self.ask(
                "PATCH",
                path,
                data[start : start + chunk],
                Upload_Offset=str(start),
                Upload_Length=str(len(data)),
            )
            assert status in {201, 204}, body
        assert (status, headers["upload-complete"]) == (201, "?1")
        status, _, headers = self.ask("HEAD", path)
        assert (status, headers["upload-offset"]) == (200, str(len(data)))

    def publish(self, *files: bytes) -> Dossier:
        """Upload files and send a dossier's first revision with them, to the first assembly."""
        for data in files:
            self.send_file(data)
        status, body, _ = self.ask("POST", EXCHANGE, request(), Content_Type="application/json")
        assert status == 200, body
        changes = codec.decode_reply(body).changes
        now = clock.now()
        dossier = Dossier(
            sitting_id=ids.new_id(),
            assembly_id=next(each.record_id for each in changes if each.kind == "assembly"),
            revision=1,
            title="Séance",
            starts_at=now,
            place="",
            items=(),
            documents=tuple(document(version(data)) for data in files),
            first_sent_at=now,
            revised_at=now,
        )
        office = trusted.office(dossier.assembly_id)
        made = AssemblyKeyMade(ids.new_id(), now, office.key)
        sent = DossierPublished(ids.new_id(), now, office.sign(dossier))
        has_key = any(each.kind == "assembly_key" for each in changes)
        both = request(sent) if has_key else request(made, sent)
        _, body, _ = self.ask("POST", EXCHANGE, both, Content_Type="application/json")
        assert all(each.accepted for each in codec.decode_reply(body).answers), body
        return dossier
