"""Twenty deliberations signed with a certificate file, against pyHanko's command line."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from boardpack.domain import clock
from signing import pades
from signing.backends.pkcs12 import Pkcs12Signer
from signing.practice import make_practice_authority
from tests.helpers.measure import alternate, report, seconds
from tests.helpers.tools import run, tool

COUNT = 20
PASSPHRASE = "banc d’essai 2026"


def act(number: int) -> bytes:
    """Return a two-page deliberation."""
    document = pymupdf.open()
    for page in (1, 2):
        document.new_page().insert_text((72, 72), f"Délibération 2026-{number:03}, page {page}")
    content: bytes = document.tobytes()
    return content


def measure(scratch: Path) -> None:
    """Sign the same twenty files both ways; ours also verifies each strictly."""
    authority = make_practice_authority("Banc d’essai")
    p12 = authority.issue("Claire", "Morvan", passphrase=PASSPHRASE)
    acts = [act(number) for number in range(COUNT)]
    folder = scratch / "acts"
    folder.mkdir()
    (folder / "key.p12").write_bytes(p12)
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    for number, content in enumerate(acts):
        (folder / f"{number}.pdf").write_bytes(content)

    def ours() -> None:
        with Pkcs12Signer.open(p12, PASSPHRASE.encode()) as signer:
            for content in acts:
                prepared = pades.prepare(
                    content,
                    "Maire",
                    signer_certificate=signer.certificate,
                    other_certificates=signer.other_certificates,
                    moment=clock.now(),
                )
                pades.finish(prepared, signer.sign_raw(prepared.signed_attributes))

    def peers() -> None:
        for number in range(COUNT):
            run(
                tool("pyhanko"), "sign", "addsig", "--field", "Maire", "--use-pades",
                "pkcs12", "--passfile", folder / "passphrase",
                folder / f"{number}.pdf", folder / f"{number}-signed.pdf", folder / "key.p12",
            )  # fmt: skip

    mine, theirs = alternate(lambda: seconds(ours), lambda: seconds(peers))
    report(
        "sign 20 deliberations (RSA-3072), each verified strictly",
        mine, "s", peer="pyhanko command line, one process a file", peer_value=theirs,
        goal="<= 1.0", note="the peer starts an interpreter a file and does not verify",
    )  # fmt: skip
