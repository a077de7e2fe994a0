"""The steps of a signature circuit in words; pure."""

from __future__ import annotations

from boardpack.domain.signature import CircuitState, StepState
from boardpack.messages import _
from boardpack.services.read_models import DeliberationRow, StepRow
from boardpack.workflow.transitions import Verb
from ui import formats
from ui.models.rows import Badge, Chip, Row

_ICONS = {
    StepState.WAITING: ("clock-outline", "text_secondary"),
    StepState.SIGNED: ("check-decagram-outline", "success"),
    StepState.REFUSED: ("close-octagon-outline", "danger"),
}


def step_text(step: StepRow) -> str:
    """Return what happened at one step, or that it waits."""
    if step.state is StepState.WAITING:
        return _("waits for the signature")
    when = formats.day_and_hour(step.at.astimezone()) if step.at else ""
    if step.state is StepState.REFUSED:
        return _("refused on {when}: {reason}").format(when=when, reason=step.reason)
    text = _("signed on {when}").format(when=when)
    if step.verdict:
        checked = {
            "valid": _("verified by the server"),
            "indeterminate": _("intact; the certificate’s issuer is not known to the server"),
        }
        text += f" · {checked.get(step.verdict, step.verdict)}"
    return text


def step_row(step: StepRow) -> Row:
    """Return the row of one signatory."""
    icon, colour = _ICONS[step.state]
    name = _("{name} (me)").format(name=step.official_name) if step.mine else step.official_name
    return Row(
        key=None,
        title=f"{name} · {step.quality}",
        detail=step_text(step),
        icon=icon,
        icon_colour=colour,
    )


def state_chips(row: DeliberationRow) -> tuple[Chip, ...]:
    """Return the words that tell where a deliberation stands."""
    if row.waiting:
        return (Chip(_("To be sent"), "accent"),)
    if Verb.SIGN in row.abilities:
        return (Chip(_("To sign"), "warning"),)
    return {
        CircuitState.OPEN: (Chip(_("Waits for another signature")),),
        CircuitState.COMPLETE: (Chip(_("Signed"), "success"),),
        CircuitState.REFUSED: (Chip(_("Refused"), "danger"),),
    }[row.state]


def deliberation_row(row: DeliberationRow) -> Row:
    """Return the row of one deliberation."""
    signed = sum(step.state is StepState.SIGNED for step in row.steps)
    count = _("{signed} of {all} signatures").format(signed=signed, all=len(row.steps))
    return Row(
        key=row.deliberation_id,
        title=f"{row.number} · {row.title}",
        detail=f"{row.sitting_title}, {formats.day(row.starts_at)} · {count}",
        badge=Badge(row.assembly.short_name, row.assembly.colour),
        chips=state_chips(row),
        trail="chevron-right",
        strong=Verb.SIGN in row.abilities,
    )
