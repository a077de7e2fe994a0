"""`boardpack pin`: another PIN or passphrase; or the end of a change that was cut short."""

from __future__ import annotations

import click

from boardpack.bootstrap import open_program
from boardpack.cli.options import READ_HELP, common, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.messages import _
from boardpack.services.accounts import OtherSecretError


@click.command("pin")
@click.argument("step", type=click.Choice(["change", "unite"]), default="change")
@click.option("--other-from", metavar="FILE|-", help=f"The new, or the former one: {READ_HELP}")
@unlocking
@common
def command(
    terminal: Terminal, *, step: str, unlock_from: str | None, other_from: str | None
) -> None:
    """Change the PIN or passphrase: of all servers of the profile, which has but one.

    change: from the present one to a new one. unite: a change was cut short, and some server opens
    with the former one still: it opens with the present one from then on.
    """
    program = open_program(terminal.profile)
    present = terminal.ask(unlock_from, "--unlock-from", _("PIN or passphrase"))
    program.admit(present)
    if step == "change":
        new = terminal.ask_new(other_from, "--other-from", _("New PIN or passphrase"))
        program.change_secret(present, new)
    else:
        what = _("PIN or passphrase that some servers open with still")
        program.unite(terminal.ask(other_from, "--other-from", what), present)
    program.lock()
    left = [each.server for each in program.accounts() if each.code == OtherSecretError.code]
    said = _("Another PIN or passphrase still opens {server}: boardpack pin unite")
    done = _("Changed. Use the new one from now on.") if step == "change" else _("Done.")
    terminal.show({"other_secret": left}, [done, *(said.format(server=each) for each in left)])
