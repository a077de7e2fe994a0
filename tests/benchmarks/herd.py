"""The herd of `herd_bench`, in a process in which Django is set up on the server's data."""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import connection
from joserfc.jwk import ECKey

from sync.server import identity
from sync.server.access import access_person
from sync.server.actions.do_enrol_device import Registration, do_enrol_device
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.actions.do_issue_token import do_issue_token
from sync.server.api.proof import public_key
from sync.server.models import Device as DeviceRow, Feed, Official
from sync.server.permission import Operator
from sync.server.storage.port import relative_path
from tests.helpers.exchanging import EXCHANGE, request
from tests.helpers.nginx_site import NginxSite
from tests.helpers.peers import Peer
from tests.helpers.serving import Served
from tests.helpers.socket_device import SocketDevice
from tests.helpers.tools import tool
from tests.helpers.wire_device import ath, proof, public

#: How many devices wait for an answer to their message at the same time.
CALLERS: Final = 16
_THREADS: Final = 2
_WAIT: Final = 600
_SCRIPT: Final = Path(__file__).with_name("herd.lua")


@dataclass(frozen=True)
class Device:
    """One of the herd, as far as it has read."""

    key: ECKey
    token: str
    body: bytes

    def headers(self, method: str, url: str, nonce: str) -> dict[str, str]:
        """Return what authorises one request."""
        made = proof(self.key, method, url, ath=ath(self.token), nonce=nonce)
        return {"Authorization": f"DPoP {self.token}", "DPoP": made}


def main(devices: int, count: int, size: int) -> None:
    """Publish `count` files of `size` bytes, let them be fetched, print what that took."""
    data = Path(os.environ["BOARDPACK_DATA"])
    with _site(data) as site:
        agent = SocketDevice(site, site.command("enrol", "agent@bourg.fr")["code"])
        herd = enrolled()
        source = random.Random(devices)
        dossier = agent.publish(*(source.randbytes(size) for _ in range(count)))
        digests = [each.versions[0].sha256 for each in dossier.documents]
        static, (served, waits) = _static(site, digests, devices), _fetching(site, herd, digests)
    facts = {"static": static, "served": served, "waits": waits, "callers": CALLERS}
    sys.stdout.write(json.dumps(facts) + "\n")


@contextmanager
def _site(data: Path) -> Iterator[NginxSite]:
    with NginxSite(data / "blobs") as site:
        settings = site.settings | {"BOARDPACK_BLOB_REDIRECT": "/blob-files"}
        # Nobody waits for a turn: the worst case.
        settings["BOARDPACK_LINE_MBIT"] = "0"
        site.served = Served(data, environment=settings, port=site.upstream)
        files = Served(data, environment=settings, port=site.files_upstream, jobs=False)
        try:
            yield site
        finally:
            files.stop()
            site.served.stop()


def enrolled() -> list[Device]:
    """Give every official without a device one, by the server's own actions.

    Each has read everything so far.
    """
    # Nothing of this has to survive a power cut.
    connection.cursor().execute("PRAGMA synchronous=OFF")
    held = DeviceRow.objects.values("official")
    made = [_enrol(official) for official in Official.objects.exclude(id__in=held)]
    numbers = dict(Feed.objects.values_list("name", "seq"))
    epoch = identity.state().epoch
    return [
        Device(
            key, token, request(epoch=epoch, cursor={each: numbers.get(each, 0) for each in feeds})
        )
        for key, token, feeds in made
    ]


def _enrol(official: Official) -> tuple[ECKey, str, tuple[str, ...]]:
    key = ECKey.generate_key("P-256")
    members, thumbprint = public_key(public(key))
    code = do_issue_code(Operator("herd"), official).text
    asked = Registration(code, "Tablette", members, thumbprint, "age1" + "q" * 58, replace=False)
    device = do_enrol_device(asked, "127.0.0.1").device
    return key, do_issue_token(device), access_person(device.id).feeds


def _static(site: NginxSite, digests: list[str], devices: int) -> float:
    lines = [f"/{relative_path(each)}\t\t" for _ in range(devices) for each in digests]
    with _wrk(site, site.static_port, lines) as rate:
        return rate()


def _fetching(site: NginxSite, herd: list[Device], digests: list[str]) -> tuple[float, list[float]]:
    """Let the herd fetch while it exchanges; return bytes a second and the calls' seconds."""
    nonce = site.call("GET", "/api/v1/health")[2]["dpop-nonce"]
    calls = [(each.headers("POST", site.url + EXCHANGE, nonce), each.body) for each in herd]
    lines = []
    for device in herd:
        for each in digests:
            path = f"/api/v1/blobs/{each}"
            found = device.headers("GET", site.url + path, nonce)
            lines.append(f"{path}\t{found['Authorization']}\t{found['DPoP']}")
    with _wrk(site, site.port, lines) as rate, ThreadPoolExecutor(CALLERS) as pool:
        waits = list(pool.map(lambda each: _call(site, *each), calls))
        return rate(), waits


def _call(site: NginxSite, headers: dict[str, str], body: bytes) -> float:
    began = time.perf_counter()
    sent = {name.replace("-", "_"): value for name, value in headers.items()}
    status, data, _ = site.call("POST", EXCHANGE, body, Content_Type="application/json", **sent)
    took = time.perf_counter() - began
    assert status == http.client.OK, data
    assert b"dossier" in data, data
    return took


@contextmanager
def _wrk(site: NginxSite, port: int, lines: list[str]) -> Iterator[Callable[[], float]]:
    """Send the requests of `lines` over a connection for each device; give what tells the rate."""
    asked = site.folder / "asked"
    asked.write_text("\n".join(lines))
    paths = {line.partition("\t")[0] for line in lines}
    known = len(site.log())
    connections = len(lines) // len(paths)
    sizes = ("-t", _THREADS, "-c", connections, "-d", f"{_WAIT}s", "--timeout", f"{_WAIT}s")
    began = time.time()

    def rate() -> float:
        """Return bytes a second once all were sent, by nginx's log."""
        deadline = time.monotonic() + _WAIT
        while time.monotonic() < deadline:
            sent = [each for each in site.log()[known:] if each.path in paths]
            assert {each.status for each in sent} <= {http.client.OK}, sent
            if len(sent) >= len(lines):
                return sum(each.sent for each in sent) / (max(each.ended for each in sent) - began)
            time.sleep(0.5)
        raise TimeoutError("wrk")

    target = f"https://localhost:{port}"
    with Peer([tool("wrk"), *sizes, "-s", _SCRIPT, target, "--", asked, _THREADS], site.folder):
        yield rate
