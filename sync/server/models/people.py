"""Authorities, assemblies, people and their mandates, as IT manages them in the console."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from boardpack.domain.people import AssemblyKind, AuthorityKind, Role
from sync.server.models.identified import Identified
from sync.server.texts import _

AUTHORITY_KINDS = [
    (AuthorityKind.COMMUNE.value, _("Town")),
    (AuthorityKind.AGGLOMERATION.value, _("Agglomeration")),
    (AuthorityKind.DEPARTMENT.value, _("Department")),
    (AuthorityKind.REGION.value, _("Region")),
    (AuthorityKind.JOINT_BODY.value, _("Joint body")),
]
ASSEMBLY_KINDS = [
    (AssemblyKind.COUNCIL.value, _("Council")),
    (AssemblyKind.BUREAU.value, _("Bureau")),
    (AssemblyKind.COMMITTEE.value, _("Committee")),
    (AssemblyKind.TENDER_COMMISSION.value, _("Tender commission")),
]
ROLES = [
    (Role.MEMBER.value, _("Member")),
    (Role.PRESIDENT.value, _("President")),
    (Role.VICE_PRESIDENT.value, _("Vice-president")),
    (Role.SECRETARY_OFFICE.value, _("Secretariat")),
]
_key = RegexValidator(r"^[a-z0-9][a-z0-9-]{0,39}\Z")
_siren = RegexValidator(r"^[0-9]{9}\Z")


class Authority(Identified):
    """A town, agglomeration, department, region or joint body."""

    key = models.CharField(_("Key"), max_length=40, unique=True, validators=[_key])
    name = models.CharField(_("Name"), max_length=200)
    short_name = models.CharField(_("Short name"), max_length=60)
    siren = models.CharField("SIREN", max_length=9, blank=True, validators=[_siren])
    kind = models.CharField(_("Kind"), max_length=20, choices=AUTHORITY_KINDS)
    quota_mb = models.PositiveIntegerField(
        _("Room for files (MB)"),
        null=True,
        blank=True,
        help_text=_("Empty: as the server's settings say. 0: no limit."),
    )
    file_limit_mb = models.PositiveIntegerField(
        _("Largest file (MB)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as the server's settings say."),
    )

    class Meta:
        """Sorted as people look for them."""

        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        ordering = ("name",)

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Assembly(Identified):
    """A council, bureau or committee of one authority."""

    authority = models.ForeignKey(Authority, models.PROTECT, verbose_name=_("Authority"))
    key = models.CharField(_("Key"), max_length=40, unique=True, validators=[_key])
    name = models.CharField(_("Name"), max_length=200)
    short_name = models.CharField(_("Short name"), max_length=60)
    kind = models.CharField(_("Kind"), max_length=20, choices=ASSEMBLY_KINDS)
    colour = models.PositiveSmallIntegerField(
        _("Colour (0 to 7)"), default=0, validators=[MaxValueValidator(7)]
    )
    timezone = models.CharField(_("Time zone"), max_length=60, default="Europe/Paris")
    lease_days = models.PositiveSmallIntegerField(
        _("Days without contact before dossiers close (0: never)"),
        default=30,
        validators=[MaxValueValidator(366)],
    )

    class Meta:
        """Sorted as people look for them."""

        verbose_name = _("assembly")
        verbose_name_plural = _("assemblies")
        ordering = ("authority__name", "name")

    def __str__(self) -> str:
        """Its name and its authority's."""
        return f"{self.name} ({self.authority.short_name})"


class PoliticalGroup(Identified):
    """A political group of one assembly."""

    assembly = models.ForeignKey(Assembly, models.PROTECT, verbose_name=_("Assembly"))
    name = models.CharField(_("Name"), max_length=200)
    short_name = models.CharField(_("Short name"), max_length=60)

    class Meta:
        """One group of a name in an assembly."""

        verbose_name = _("political group")
        verbose_name_plural = _("political groups")
        ordering = ("assembly", "name")
        constraints = (
            models.UniqueConstraint(fields=("assembly", "name"), name="one_group_of_a_name"),
        )

    def __str__(self) -> str:
        """Its name and assembly."""
        return f"{self.name}, {self.assembly.short_name}"


class Official(Identified):
    """A person: an elected official, or an agent of a secretariat."""

    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100)
    title = models.CharField(_("Title"), max_length=200, blank=True)
    email = models.EmailField(_("Email address"), unique=True)
    recipient = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        """Sorted by name."""

        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ("last_name", "first_name")

    def __str__(self) -> str:
        """First name, then last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Mandate(Identified):
    """One official in one assembly, for a period (`ends` excluded)."""

    official = models.ForeignKey(Official, models.PROTECT, verbose_name=_("Official"))
    assembly = models.ForeignKey(Assembly, models.PROTECT, verbose_name=_("Assembly"))
    role = models.CharField(_("Role"), max_length=20, choices=ROLES)
    group = models.ForeignKey(
        PoliticalGroup, models.PROTECT, null=True, blank=True, verbose_name=_("Political group")
    )
    starts = models.DateField(_("Starts on"))
    ends = models.DateField(_("Ends before"), null=True, blank=True)
    immediate = models.BooleanField(
        _("Ended for a cause: erase at once"),
        default=False,
        help_text=_(
            "Otherwise the dossiers close when the mandate ends, and the person has 30 days to "
            "export their own notes before they are erased."
        ),
    )

    class Meta:
        """One mandate of a role at a start; it cannot end before it starts."""

        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ("assembly", "official__last_name")
        constraints = (
            models.UniqueConstraint(
                fields=("official", "assembly", "role", "starts"), name="one_mandate_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="mandate_forward"
            ),
        )

    def clean(self) -> None:
        """Refuse a group of another assembly."""
        group = self.group
        if group is not None and group.assembly_id != self.assembly_id:
            raise ValidationError({"group": _("This group belongs to another assembly.")})

    def __str__(self) -> str:
        """Who, as what, where."""
        return f"{self.official}, {self.get_role_display()}, {self.assembly}"


class AccessGrant(Identified):
    """What the official was last told about one assembly: the roles that give access there.

    Mandates begin and end by the calendar alone; this row is what today is compared with.
    """

    official = models.ForeignKey(Official, models.CASCADE)
    assembly = models.ForeignKey(Assembly, models.CASCADE)
    roles = models.CharField(max_length=120)
    immediate = models.BooleanField(default=False)

    class Meta:
        """One row a pair."""

        constraints = (
            models.UniqueConstraint(fields=("official", "assembly"), name="one_grant_a_pair"),
        )

    def __str__(self) -> str:
        """The pair."""
        return f"{self.official_id} {self.assembly_id}"
