"""Pages of trust roots, pinned certificates, superusers and the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib.admin import register
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from sync.server import audit, certificates
from sync.server.actions.do_distrust_root import do_distrust_root
from sync.server.actions.do_pin_certificate import do_pin_certificate
from sync.server.actions.do_trust_root import do_trust_root
from sync.server.actions.do_unpin_certificate import do_unpin_certificate
from sync.server.certificates import BadCertificateError
from sync.server.console.base import ConsoleAdmin, ConsoleForm, Doing, operator_of
from sync.server.console.site import site
from sync.server.models import AuditLine, PinnedCertificate, TrustRoot
from sync.server.texts import _

if TYPE_CHECKING:
    # Generic for the type checker only.
    _UserAdmin = UserAdmin[User]
else:
    _UserAdmin = UserAdmin


class TrustRootForm(ConsoleForm):
    """One authority's certificate, pasted as PEM; the rest is read from it."""

    class Meta:
        """Only the certificate."""

        model = TrustRoot
        fields = ("pem",)

    def clean(self) -> dict[str, object]:
        """Read the certificate, or say why it cannot be read."""
        cleaned = super().clean() or {}
        try:
            found = certificates.read(str(cleaned.get("pem", "")).encode())
        except BadCertificateError as error:
            text = _("This is no certificate of an authority in PEM format.")
            raise forms.ValidationError(text) from error
        if len(found) != 1:
            raise forms.ValidationError(_("Paste one certificate at a time."))
        root = certificates.root_of(found[0])
        if TrustRoot.objects.filter(sha256=root.sha256).exists():
            raise forms.ValidationError(_("This authority is trusted already."))
        for name in ("subject", "pem", "sha256", "expires_at"):
            setattr(self.instance, name, getattr(root, name))
        return {"pem": root.pem}


@register(TrustRoot, site=site)
class TrustRootAdmin(ConsoleAdmin):
    """Authorities of certification."""

    doing = Doing(save=do_trust_root, remove=do_distrust_root)
    fixed = ("pem",)
    form = TrustRootForm
    list_display = ("subject", "expires_at", "sha256")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show a certificate, never edit it: it is trusted or not."""
        return obj is None and super().has_change_permission(request, obj)


class PinnedCertificateForm(ConsoleForm):
    """A fingerprint as tools print it, with colons or capitals."""

    certificate_sha256 = forms.CharField(label=_("Fingerprint SHA-256"), max_length=95)

    class Meta:
        """Who, which, why."""

        model = PinnedCertificate
        fields = ("official", "certificate_sha256", "note")

    def clean_certificate_sha256(self) -> str:
        """Return plain hexadecimal."""
        return str(self.cleaned_data["certificate_sha256"]).replace(":", "").strip().lower()


@register(PinnedCertificate, site=site)
class PinnedCertificateAdmin(ConsoleAdmin):
    """Certificates tied to a person."""

    doing = Doing(save=do_pin_certificate, remove=do_unpin_certificate)
    form = PinnedCertificateForm
    list_display = ("official", "certificate_sha256", "note")
    search_fields = ("official__last_name", "certificate_sha256")
    autocomplete_fields = ("official",)


@register(AuditLine, site=site)
class AuditLineAdmin(ConsoleAdmin):
    """Who did what."""

    list_display = ("at", "actor", "action", "subject_id", "detail")
    list_filter = ("action", "at")
    search_fields = ("actor", "subject_id", "action")


@register(User, site=site)
class SuperuserAdmin(_UserAdmin):
    """Who may use this console; an account is switched off, not deleted."""

    list_display = ("username", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active",)
    fieldsets = ((None, {"fields": ("username", "password", "is_active", "is_superuser")}),)
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002 Django passes it
        """The audit names them."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,  # noqa: FBT001 Django passes it so
    ) -> None:
        """Save as Django does, and audit."""
        super().save_model(request, obj, form, change)
        audit.record(
            operator_of(request), "save_superuser", obj.get_username(), active=obj.is_active
        )
