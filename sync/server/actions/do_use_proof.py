"""A device uses a proof or an assertion: each counts once.

Not audited: it happens at every write of every device.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction

from boardpack.domain import clock
from sync.protocol.errors import NotAuthorisedError
from sync.server.models import Device, SeenProof
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
#: Longer than any assertion is taken: a tablet's clock may be a day wrong either way.
MEMORY: Final = timedelta(days=2)


def do_use_proof(device: Device, jti: str) -> None:
    """Note that the proof named `jti` was used.

    Raises:
        NotAuthorisedError: it was used before.
    """
    digest = hashlib.sha256(jti.encode()).hexdigest()
    try:
        with transaction.atomic():
            SeenProof.objects.create(
                device=device, jti_sha256=digest, expires_at=clock.now() + MEMORY
            )
    except IntegrityError as error:
        raise NotAuthorisedError(reason="replay") from error
