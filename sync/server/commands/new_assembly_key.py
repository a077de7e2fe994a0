"""`new-assembly-key ASSEMBLY`: its signing key is lost by every agent, or stolen."""

from __future__ import annotations

from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from sync.server.actions.do_order_key import do_order_key
from sync.server.commands.outcome import Outcome
from sync.server.models import Assembly
from sync.server.permission import Operator


class NoSuchAssemblyError(ActionableError):
    """No assembly has this key (`given`)."""

    code = "server.no_such_assembly"


def run(*, given: str) -> Outcome:
    """Order a new signing key for the assembly that the officials' file calls `given`."""
    assembly = Assembly.objects.filter(key=given.strip().lower()).first()
    if assembly is None:
        raise NoSuchAssemblyError(given=given)
    replaced = do_order_key(Operator("boardpack-server new-assembly-key"), assembly)
    lines = [
        _("{name}: the secretariat’s next exchange makes a new signing key.").format(name=assembly),
        _("When no agent’s device holds the former key, every reader is told so."),
    ]
    return Outcome({"assembly": assembly.key, "replaced": replaced}, lines)
