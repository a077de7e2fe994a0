"""`init`: make or upgrade the database, the keys and, when asked, a superuser."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command

from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from sync.server import audit, identity
from sync.server.commands.outcome import Outcome
from sync.server.permission import Operator
from sync.server.secret_files import make_folder


class WeakPasswordError(ActionableError):
    """The superuser's password is too weak (`reasons`)."""

    code = "server.weak_password"


def run(*, superuser: str, password: str) -> Outcome:
    """Make the server ready to run; a second call upgrades it and changes nothing else."""
    make_folder(settings.BLOB_FOLDER)
    call_command("migrate", verbosity=0, interactive=False)
    identity.make_key()
    state = identity.ensure_state()
    made = _superuser(superuser, password) if superuser else False
    lines = [
        _("The server is ready in {folder}.").format(folder=settings.DATA_FOLDER),
        _("Key fingerprint: {fingerprint}").format(fingerprint=identity.fingerprint()),
    ]
    if made:
        lines.append(_("Superuser {name} may sign in to the console.").format(name=superuser))
    facts = {
        "data": str(settings.DATA_FOLDER),
        "server_id": state.id,
        "fingerprint": identity.fingerprint(),
        "superuser_created": made,
    }
    return Outcome(facts, lines)


def _superuser(name: str, password: str) -> bool:
    """Create the superuser; an existing one keeps their password."""
    users = get_user_model().objects
    if users.filter(username=name).exists():
        return False
    try:
        validate_password(password)
    except ValidationError as error:
        raise WeakPasswordError(reasons=" ".join(error.messages)) from error
    users.create_superuser(username=name, password=password)
    audit.record(Operator("boardpack-server init"), "create_superuser", name)
    return True
