"""Two real S3 servers with different gaps: SeaweedFS (PyPI) and OpenStack Swift's s3api (Debian).

SeaweedFS knows conditional PUT and checks checksums; Swift does neither. What passes on both relies
on neither.
"""

from __future__ import annotations

import contextlib
import getpass
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.store import S3Store

from tests.helpers.peers import Peer, PeerFailedError, free_port, listens

BUCKET = "boardpack-files"
KEY = "test:tester"
SECRET = "testing-secret"
DEBIAN_PYTHON = Path("/usr/bin/python3")


@dataclass(frozen=True)
class S3Peer:
    """A server with an empty bucket."""

    name: str
    endpoint: str

    @property
    def url(self) -> str:
        """What BOARDPACK_BLOBS says."""
        return f"s3://{BUCKET}/mairie?endpoint={self.endpoint}&region=us-east-1"

    @property
    def environment(self) -> dict[str, str]:
        """The standard variables of the credentials."""
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    def create_bucket(self) -> None:
        """Ask until it is there: a server may listen some seconds before it can."""
        store = S3Store(
            BUCKET,
            endpoint=self.endpoint,
            access_key_id=KEY,
            secret_access_key=SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
        )
        deadline = time.monotonic() + 30
        while True:
            parts = urlsplit(obstore.sign(store, "PUT", "", timedelta(minutes=1)))
            connection = http.client.HTTPConnection(parts.netloc, timeout=20)
            try:
                connection.request("PUT", f"{parts.path}?{parts.query}")
                answer = connection.getresponse()
                if answer.status == http.HTTPStatus.OK:
                    return
                text = answer.read().decode()
            except OSError as error:
                text = str(error)
            finally:
                connection.close()
            if time.monotonic() > deadline:
                raise PeerFailedError(f"{self.name} makes no bucket: {text}")
            time.sleep(0.2)


@contextlib.contextmanager
def seaweedfs() -> Iterator[S3Peer]:
    """Run SeaweedFS: master, volume server, filer and S3 in one process."""
    with tempfile.TemporaryDirectory(prefix="boardpack-seaweed-") as name:
        folder = Path(name)
        identity = {
            "name": "boardpack",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        # It also listens 10 000 above each of them (gRPC).
        ports = {each: free_port() for each in ("master", "volume", "filer", "s3")}
        command = [
            Path(sys.executable).with_name("weed"),
            "-logtostderr",
            "server",
            f"-dir={folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
            "-s3",
            f"-s3.config={folder / 's3.json'}",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-volume.max=100",
            "-master.volumeSizeLimitMB=64",
            "-master.telemetry=false",
            *(f"-{each}.port={port}" for each, port in ports.items()),
        ]
        with Peer(command, folder) as server:
            server.wait(lambda: listens(ports["s3"]))
            peer = S3Peer("seaweedfs", f"http://127.0.0.1:{ports['s3']}")
            peer.create_bucket()
            yield peer


_SWIFT = """
import sys
from swift.common import utils
utils.SWIFT_CONF_FILE = sys.argv.pop(1)
from swift.common.utils import parse_options
from swift.common.wsgi import run_wsgi
part = sys.argv.pop(1)
conf_file, options = parse_options()
sys.exit(run_wsgi(conf_file, part + "-server", **options))
"""
# One disk, one copy; the command line would take a process a step.
_RINGS = """
import sys
from swift.common.ring import RingBuilder
for part, _, port in (each.partition("=") for each in sys.argv[2:]):
    rings = RingBuilder(4, 1, 1)
    rings.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port),
                   "device": "d1", "weight": 1, "meta": "",
                   "replication_ip": "127.0.0.1", "replication_port": int(port)})
    rings.rebalance()
    rings.get_ring().save(sys.argv[1] + "/" + part + ".ring.gz")
"""
_PROXY = """
[pipeline:main]
pipeline = catch_errors cache s3api tempauth slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret} .admin
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


@contextlib.contextmanager
def swift() -> Iterator[S3Peer]:
    """Run Swift on one disk: proxy with s3api, account, container and object server, memcached."""
    with (
        tempfile.TemporaryDirectory(prefix="boardpack-swift-") as name,
        contextlib.ExitStack() as on,
    ):
        folder = Path(name)
        ports = {each: free_port() for each in ("proxy", "account", "container", "object")}
        memcached = free_port()
        _configure_swift(folder, ports, memcached)
        account = getpass.getuser()
        commands: list[tuple[int, list[object]]] = [
            (memcached, ["memcached", "-l", "127.0.0.1", "-p", memcached, "-u", account])
        ]
        for part, port in ports.items():
            start = [DEBIAN_PYTHON, "-c", _SWIFT, folder / "swift.conf", part]
            commands.append((port, [*start, folder / f"{part}.conf"]))
        started = [(port, on.enter_context(Peer(command, folder))) for port, command in commands]
        for port, peer in started:
            peer.wait(lambda port=port: listens(port))
        found = S3Peer("swift", f"http://127.0.0.1:{ports['proxy']}")
        found.create_bucket()
        yield found


def _configure_swift(folder: Path, ports: dict[str, int], memcached: int) -> None:
    (folder / "disks" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    for part, port in ports.items():
        text = (
            f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\n"
            f"user = {getpass.getuser()}\nswift_dir = {folder}\ndevices = {folder / 'disks'}\n"
            f"mount_check = false\nfallocate_reserve = 0\nlog_address = {folder / 'nowhere'}\n"
        )
        if part == "proxy":
            text += _PROXY.format(memcached=memcached, secret=SECRET)
        else:
            text += f"[pipeline:main]\npipeline = {part}-server\n"
            text += f"[app:{part}-server]\nuse = egg:swift#{part}\n"
        (folder / f"{part}.conf").write_text(text)
    named = [f"{part}={port}" for part, port in ports.items() if part != "proxy"]
    subprocess.run([DEBIAN_PYTHON, "-c", _RINGS, folder, *named], check=True)


PEERS = {"seaweedfs": seaweedfs, "swift": swift}
