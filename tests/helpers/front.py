"""nginx with TLS in front of a real server, as in production: files never pass through Python."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from tests.helpers.peers import free_port
from tests.helpers.tls import certificate

_CONFIGURATION = """
{user}daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  log_format sizes "$request_method $uri $status $request_length $bytes_sent";
  access_log {folder}/access.log sizes buffer=64k flush=1s;
  sendfile on; tcp_nopush on; keepalive_requests 100000;
  client_max_body_size 40m; client_body_buffer_size 16m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl;
    listen 127.0.0.1:{plain_port};
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
    ssl_protocols TLSv1.3; ssl_session_cache shared:s:4m;
    location /static-files/ {{ alias {files}/; autoindex on; }}
    location /protected/ {{
      internal; alias {blobs}/; etag off; add_header ETag $upstream_http_etag always;
    }}
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


class Exchanged(NamedTuple):
    """One request as nginx saw it; sizes in bytes, headers included, TLS not."""

    method: str
    path: str
    status: int
    sent: int
    received: int


@dataclass
class Front:
    """Use it as a context.

    Attributes:
        folder: its own files; `files` are served under /static-files/.
        blobs: the server's folder of files (BOARDPACK_BLOB_REDIRECT=/protected).
        certificate: of the authority that signed it, for clients to trust.
    """

    folder: Path
    files: Path
    blobs: Path
    upstream: int
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def certificate(self) -> Path:
        """The self-signed certificate, which is its own authority."""
        return self.folder / "server.pem"

    @property
    def url(self) -> str:
        """Its address over TLS."""
        return f"https://localhost:{self.port}"

    def requests(self) -> list[Exchanged]:
        """Return every request so far, once the log was flushed."""
        time.sleep(1.5)
        lines = (self.folder / "access.log").read_text(encoding="ascii").splitlines()
        words = (line.split() for line in lines)
        return [Exchanged(m, path, int(s), int(up), int(down)) for m, path, s, up, down in words]

    def make(self) -> None:
        """Write certificate and configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        certificate(self.folder)
        facts = {
            "folder": self.folder, "port": self.port, "plain_port": self.plain_port,
            # Started by root, nginx would read our private folders as nobody.
            "user": "user root; " if os.name == "posix" and os.geteuid() == 0 else "",
            "files": self.files, "blobs": self.blobs, "upstream": self.upstream,
        }  # fmt: skip
        text = _CONFIGURATION.format(**facts)
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")

    def __enter__(self) -> Self:
        """Start nginx; return when it accepts."""
        if not self.certificate.exists():
            self.make()
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        configuration = self.folder / "nginx.conf"
        prefix = ("-p", str(self.folder), "-e", str(self.folder / "error.log"))
        self._process = subprocess.Popen([nginx, *prefix, "-c", str(configuration)])
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError((self.folder / "error.log").read_text())

    def __exit__(self, *_: object) -> None:
        """End it by its own pid."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
