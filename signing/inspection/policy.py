"""What may come after a signature: signatures, timestamps, validation data, nothing drawn.

Stricter than pyHanko's default policy, which lets form fields be filled in: an overlay on a page
(the "replace" shadow attack) is a filled-in field. Wider in two points: the very first signature
adds the form itself, and pages may hold annotations that are direct objects.
"""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FieldComparisonContext,
    FieldMDPRule,
    FormUpdate,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts

# Private, and one reason why pyHanko is pinned to its minor release (D15).
from pyhanko.sign.diff_analysis.form_rules_api import _list_fields
from pyhanko.sign.diff_analysis.rules_api import RelativeContext
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.inspection.objects import PdfThing, entry, raw, reference, resolved
from signing.inspection.usages import map_usages

Updates: TypeAlias = Iterable[tuple[ModificationLevel, FormUpdate]]

#: What a form that holds signatures only consists of.
FORM_KEYS: Final = frozenset({"/Fields", "/SigFlags"})
#: A new field that acts is no mere signature: a script may redraw the page.
ACTION_KEYS: Final = frozenset({"/A", "/AA"})


class PageBindingRule(FieldMDPRule):
    """Lets the widgets of new signature fields join the annotations of pages, nothing else."""

    def apply(self, context: FieldComparisonContext) -> Updates:
        """Clear the pages and annotation lists that changed by new signature widgets only."""
        widgets = dict(_new_widgets(context))
        changed = set(context.new.explicit_refs_in_revision())
        for where, page in _pages(context.old):
            array = reference(raw(page, "/Annots"))
            if where in changed or array in changed:
                yield from _cleared(context, where, array, widgets)


def _new_widgets(context: FieldComparisonContext) -> Iterator[tuple[generic.Reference, str]]:
    for name, spec in context.field_specs.items():
        if spec.field_type != "/Sig" or spec.old_field_ref or spec.new_field_ref is None:
            continue
        field: PdfThing = spec.new_field_ref.get_object()
        yield spec.new_field_ref, name
        kids = entry(field, "/Kids", ())
        yield from ((kid.reference, name) for kid in kids if reference(kid))
        if any(ACTION_KEYS & set(resolved(widget)) for widget in (field, *kids)):
            raise SuspiciousModification("a signature field with actions of its own")


def _pages(document: HistoricalResolver) -> Iterator[tuple[generic.Reference, PdfThing]]:
    waiting = [document.root.raw_get("/Pages")]
    seen = set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, generic.IndirectObject) or node.reference in seen:
            raise SuspiciousModification("page tree of direct objects, or going in circles")
        seen.add(node.reference)
        found: PdfThing = document(node.reference)
        if "/Kids" in found:
            waiting.extend(entry(found, "/Kids"))
        else:
            yield node.reference, found


def _cleared(
    context: FieldComparisonContext,
    page: generic.Reference,
    array: generic.Reference | None,
    widgets: dict[generic.Reference, str],
) -> Updates:
    before: PdfThing = context.old(page)
    after: PdfThing = context.new(page)
    compare_dicts(before, after, frozenset({"/Annots"}))
    old, new = (list(entry(version, "/Annots", ())) for version in (before, after))
    added = [one for one in new if reference(one) in widgets]
    if not added or [one for one in new if one not in added] != old:
        raise SuspiciousModification("annotations changed")
    name = widgets[added[0].reference]
    # A page is referred to from everywhere; its own entries were compared just above.
    yield (
        ModificationLevel.LTA_UPDATES,
        FormUpdate(updated_ref=page, field_name=name, valid_when_locked=True),
    )
    where = after.raw_get("/Annots")
    if isinstance(where, generic.IndirectObject) and (
        where.reference == array or context.old.is_ref_unassignable(where.reference)
    ):
        yield (
            ModificationLevel.LTA_UPDATES,
            FormUpdate(
                updated_ref=where.reference,
                field_name=name,
                valid_when_locked=True,
                context_checked=RelativeContext(page, RawPdfPath("/Annots")),
            ),
        )


class SignatureFormRule(FormUpdatingRule):
    """The rule for forms, which also judges the revision that adds the form."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Updates:
        """Clear what signature fields need."""
        if "/AcroForm" in old.root:
            yield from super().apply(old, new)
        elif "/AcroForm" in new.root:
            yield from self._first_form(old, new)

    def _first_form(self, old: HistoricalResolver, new: HistoricalResolver) -> Updates:
        form = new.root["/AcroForm"]
        if not isinstance(form, generic.DictionaryObject) or not set(form) <= FORM_KEYS:
            raise SuspiciousModification("a form of more than signatures")
        for place in (new.root.raw_get("/AcroForm"), form.raw_get("/Fields")):
            if isinstance(place, generic.IndirectObject):
                if not old.is_ref_unassignable(place.reference):
                    raise SuspiciousModification("the form takes the place of an older object")
                yield ModificationLevel.LTA_UPDATES, FormUpdate(updated_ref=place.reference)
        context = FieldComparisonContext(
            field_specs=dict(_list_fields(generic.ArrayObject(), form["/Fields"], old_path=None)),
            old=old,
            new=new,
        )
        for rule in self.field_rules:
            yield from rule.apply(context)


class StrictPolicy(StandardDiffPolicy):
    """pyHanko's comparison, with a bound on the time that it takes."""

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Compare two revisions; raise when something changed that no rule allows."""
        later = map(
            new.reader.get_historical_resolver, range(old.revision + 1, new.reader.total_revisions)
        )
        changed = {where for revision in later for where in revision.explicit_refs_in_revision()}
        map_usages(old, changed)
        return super().apply(old, new, field_mdp_spec, doc_mdp)


STRICT_POLICY: Final = StrictPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=SignatureFormRule(
        field_rules=[
            SigFieldCreationRule(approve_widget_bindings=False),
            SigFieldModificationRule(),
            PageBindingRule(),
        ],
        # Defaults and resources of a form redraw its fields: they may not change either.
        ignored_acroform_keys=FORM_KEYS,
    ),
)
