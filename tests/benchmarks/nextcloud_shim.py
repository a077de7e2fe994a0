"""As much of a Nextcloud server as its client needs to receive one folder: `python -m … FOLDER`.

No Nextcloud is to be had from a package registry; this answers from memory and sends files by
sendfile, so that the client's figure is flattered, never ours.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

FILES = "/remote.php/dav/files/banc/"
_STATUS = {
    "installed": True, "maintenance": False, "needsDbUpgrade": False, "version": "25.0.0.0",
    "versionstring": "25.0.0", "edition": "", "productname": "Nextcloud", "extendedSupport": False,
}  # fmt: skip
_CAPABILITIES = {
    "version": {"major": 25, "minor": 0, "micro": 0, "string": "25.0.0", "edition": ""},
    "capabilities": {
        "core": {"pollinterval": 60, "webdav-root": "remote.php/webdav"},
        "dav": {"chunking": "1.0"},
        "files": {"bigfilechunking": True},
        "checksums": {"supportedTypes": ["SHA1"], "preferredUploadType": "SHA1"},
    },
}
_ENTRY = (
    "<d:response><d:href>{href}</d:href><d:propstat><d:prop>"
    "<d:resourcetype>{kind}</d:resourcetype><d:getlastmodified>Tue, 24 Nov 2026 08:00:00 GMT"
    '</d:getlastmodified><d:getcontentlength>{size}</d:getcontentlength><d:getetag>"{etag}"'
    "</d:getetag><oc:id>{ident:08}banc</oc:id><oc:fileid>{ident}</oc:fileid>"
    "<oc:permissions>{rights}</oc:permissions><oc:size>{size}</oc:size>"
    "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
)


class Handler(BaseHTTPRequestHandler):
    """Answers the client's few questions."""

    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drain(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_GET(self) -> None:
        """Status, capabilities, user, files."""
        path = unquote(urlsplit(self.path).path)
        if path.endswith("status.php"):
            self._send(json.dumps(_STATUS).encode(), "application/json")
        elif path.startswith(FILES):
            self._file(self.folder / path.removeprefix(FILES))
        elif "capabilities" in path:
            self._ocs(_CAPABILITIES)
        else:
            self._ocs({"id": "banc", "display-name": "banc", "email": ""})

    def _ocs(self, data: dict[str, Any]) -> None:
        meta = {"status": "ok", "statuscode": 100, "message": "OK"}
        self._send(json.dumps({"ocs": {"meta": meta, "data": data}}).encode(), "application/json")

    def _file(self, path: Path) -> None:
        size = path.stat().st_size
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", f'"{path.name}"')
        self.send_header("OC-ETag", f'"{path.name}"')
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 08:00:00 GMT")
        self.end_headers()
        self.wfile.flush()
        with path.open("rb") as file:
            sent = 0
            while sent < size:
                sent += os.sendfile(self.connection.fileno(), file.fileno(), sent, size - sent)

    def do_PROPFIND(self) -> None:
        """List the folder."""
        self._drain()
        entries = [self._entry(FILES, "<d:collection/>", 0, 1, "RGDNVCK")]
        if self.headers.get("Depth") != "0":
            for number, path in enumerate(sorted(self.folder.glob("*.zip")), 2):
                entries.append(
                    self._entry(FILES + path.name, "", path.stat().st_size, number, "RGDNVW")
                )
        body = (
            '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" '
            f'xmlns:oc="http://owncloud.org/ns">{"".join(entries)}</d:multistatus>'
        )
        self._send(body.encode(), "application/xml; charset=utf-8", 207)

    @staticmethod
    def _entry(href: str, kind: str, size: int, ident: int, rights: str) -> str:
        facts = {"href": escape(href), "kind": kind, "size": size, "ident": ident}
        return _ENTRY.format(**facts, etag=f"{ident}-{size}", rights=rights)


def main(folder: str) -> None:
    """Serve until killed; the first line of output is the port."""
    Handler.folder = Path(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
