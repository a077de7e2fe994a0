"""The steps of a signature circuit in words; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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


def step_text(step: StepRow, *, stopped: bool = False) -> str:
    """Return what happened at one step, or that it waits, unless somebody refused before."""
    if step.state is StepState.WAITING:
        return _("signature no longer asked for") if stopped else _("waits for the signature")
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


def step_rows(row: DeliberationRow) -> list[Row]:
    """Return the row of each signatory of a deliberation."""
    return [step_row(step, stopped=row.state is CircuitState.REFUSED) for step in row.steps]


def step_row(step: StepRow, *, stopped: bool = False) -> Row:
    """Return the row of one signatory."""
    icon, colour = _ICONS[step.state]
    name = _("{name} (me)").format(name=step.official_name) if step.mine else step.official_name
    return Row(
        key=None,
        title=f"{name} · {step.quality}",
        detail=step_text(step, stopped=stopped),
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


def _count(row: DeliberationRow) -> str:
    signed = sum(step.state is StepState.SIGNED for step in row.steps)
    return _("{signed} of {all} signatures").format(signed=signed, all=len(row.steps))


def sitting_name(row: DeliberationRow) -> str:
    """Return which sitting decided; with the day, unless its title says it already."""
    told = any(letter.isdigit() for letter in row.sitting_title)
    parts = (row.sitting_title, "" if told else formats.day(row.starts_at))
    return ", ".join(part for part in parts if part)


def deliberation_row(row: DeliberationRow) -> Row:
    """Return the row of one deliberation."""
    return Row(
        key=row.deliberation_id,
        title=f"{row.number} · {row.title}",
        detail=f"{sitting_name(row)} · {_count(row)}",
        badge=Badge(row.assembly.short_name, row.assembly.colour),
        chips=state_chips(row),
        trail="chevron-right",
        strong=Verb.SIGN in row.abilities,
    )


def followed_rows(acts: Iterable[DeliberationRow]) -> list[Row]:
    """Return the deliberations of one sitting, each with its steps."""
    found: list[Row] = []
    for act in acts:
        found.append(
            Row(
                key=act.deliberation_id,
                title=f"{act.number} · {act.title}",
                detail=_count(act),
                icon="file-sign",
                chips=state_chips(act),
                trail="chevron-right",
            )
        )
        found += [replace(each, indent=1) for each in step_rows(act)]
    return found
