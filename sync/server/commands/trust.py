"""`trust FILE.pem`: trust the authorities of certification in a file."""

from __future__ import annotations

from pathlib import Path

from boardpack.messages import _
from sync.server import certificates, identity
from sync.server.actions.do_trust_root import do_trust_root
from sync.server.certificates import BadCertificateError
from sync.server.commands.outcome import Outcome
from sync.server.permission import Operator


def run(*, file: Path) -> Outcome:
    """Trust each certificate of the file."""
    identity.state()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadCertificateError(reason=error.strerror or str(error)) from error
    operator = Operator("boardpack-server trust")
    rows = [certificates.root_of(each) for each in certificates.read(data)]
    new = [row for row in rows if do_trust_root(operator, row)]
    lines = [_("Trusted: {subject}").format(subject=row.subject) for row in rows]
    roots = [{"subject": row.subject, "sha256": row.sha256} for row in rows]
    return Outcome({"roots": roots, "added": len(new)}, lines)
