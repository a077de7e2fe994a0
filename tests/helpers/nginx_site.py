"""A real nginx with our own sample configuration, in front of a real server."""

from __future__ import annotations

import getpass
import http.client
import os
import ssl
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from tests.helpers.peers import Peer, free_port, listens
from tests.helpers.serving import ROOT, Served

SAMPLE = ROOT / "docs" / "nginx.conf"
_MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    log_format boardpack "$msec $request_time $request_method $request_uri $status $bytes_sent";
    access_log {folder}/access.log boardpack;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/site.conf;
    # The same files without anybody's leave, for benchmarks.
    server {{
        listen 127.0.0.1:{static_port} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        root {blobs};
    }}
}}
"""


class Logged(NamedTuple):
    """One request in nginx's log: when it ended and how long it took, in seconds; bytes sent."""

    ended: float
    took: float
    method: str
    path: str
    status: int
    sent: int


class NginxSite:
    """HTTPS at a free port; speaks like `Served`, so that a `SocketDevice` goes through it."""

    def __init__(self, blobs: Path, bucket: str = "") -> None:
        """Prepare it for a folder of files, or for a bucket at the address `bucket`."""
        self._temporary = tempfile.TemporaryDirectory(prefix="boardpack-nginx-")
        self.folder = Path(self._temporary.name)
        self.port = free_port()
        self.static_port = free_port()
        self.upstream, self.files_upstream = free_port(), free_port()
        self.hints_upstream = free_port()
        self.url = f"https://localhost:{self.port}"
        self._certificate()
        self._write(blobs, bucket)
        self.trust = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        self._nginx: Peer | None = None
        self.served: Served | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What the server behind must be told."""
        return {"BOARDPACK_PUBLIC_URL": self.url, "BOARDPACK_BEHIND_PROXY": "1"}

    def _certificate(self) -> None:
        options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        subprocess.run(
            [
                "openssl",
                *options.split(),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
                *("-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"),
            ],
            check=True,
            capture_output=True,
        )

    def _write(self, blobs: Path, bucket: str) -> None:
        text = SAMPLE.read_text(encoding="utf-8")
        replaced = {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "server_name seances.example.fr;": "server_name localhost;",
            "/etc/ssl/seances.example.fr.pem": str(self.folder / "cert.pem"),
            "/etc/ssl/seances.example.fr.key": str(self.folder / "key.pem"),
            "server 127.0.0.1:8000": f"server 127.0.0.1:{self.upstream}",
            "server 127.0.0.1:8001": f"server 127.0.0.1:{self.files_upstream}",
            "server 127.0.0.1:8002": f"server 127.0.0.1:{self.hints_upstream}",
            "/var/lib/boardpack/blobs/": f"{blobs}/",
            "proxy_pass https://s3.example.fr/;": f"proxy_pass {bucket or 'http://127.0.0.1:9'}/;",
            "Host s3.example.fr;": f"Host {urlsplit(bucket).netloc or 'localhost'};",
        }
        for ours, theirs in replaced.items():
            assert ours in text, ours
            text = text.replace(ours, theirs)
        (self.folder / "site.conf").write_text(text, encoding="utf-8")
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        main = _MAIN.format(
            folder=self.folder, user=user, static_port=self.static_port, blobs=blobs
        )
        (self.folder / "nginx.conf").write_text(main)

    def __enter__(self) -> Self:
        """Start nginx."""
        command = ["nginx", "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]
        self._nginx = Peer(command, self.folder)
        self._nginx.wait(lambda: listens(self.port))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        if self._nginx is not None:
            self._nginx.__exit__()
        self._temporary.cleanup()

    def log(self) -> list[Logged]:
        """Return every request so far."""
        lines = (self.folder / "access.log").read_text(encoding="ascii").splitlines()
        words = (line.split() for line in lines)
        return [
            Logged(float(ended), float(took), method, path, int(status), int(sent))
            for ended, took, method, path, status, sent in words
        ]

    def call(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send one request over TLS; return status, body, headers."""
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=60, context=self.trust
        )
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, named)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read(), found
        finally:
            connection.close()

    def command(self, *arguments: object) -> dict[str, Any]:
        """Run a command beside the server behind."""
        assert self.served is not None
        return self.served.command(*arguments)
