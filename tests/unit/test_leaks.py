"""The search for plaintext finds what it must find."""

import base64
import gzip
import zlib
from pathlib import Path

import pytest

from tests.helpers.leaks import search

MARKER = "délibération-témoin-4711"


@pytest.mark.parametrize(
    "content",
    [
        MARKER.encode(),
        MARKER.encode("utf-16-le"),
        b"before" + zlib.compress(b"x" * 100 + MARKER.encode() + b"y" * 100) + b"after",
        gzip.compress(MARKER.encode(), mtime=0),
        base64.b64encode(b"a" + MARKER.encode() + b"zz"),
        base64.b64encode(b"ab" + MARKER.encode()),
        MARKER.encode().hex().encode(),
    ],
)
def test_a_readable_marker_is_found(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(content)
    assert {leak.marker for leak in search([MARKER], [tmp_path])} == {MARKER}


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 1000)
    assert search([MARKER], [tmp_path]) == []
