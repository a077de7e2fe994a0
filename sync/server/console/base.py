"""What every page of the console shares: changes are actions, nothing is deleted by default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from sync.server.permission import Operator

if TYPE_CHECKING:
    # Generic for the type checker only.
    _Admin = ModelAdmin[Any]
    _Form = ModelForm[Any]
else:
    _Admin = ModelAdmin
    _Form = ModelForm


def operator_of(request: HttpRequest) -> Operator:
    """Return the superuser as the audit names them."""
    return Operator(f"console: {request.user.get_username()}")


@dataclass(frozen=True)
class Doing:
    """The actions of a table: without one, nobody can do that here."""

    save: Callable[[Operator, Any], object] | None = None
    remove: Callable[[Operator, Any], object] | None = None


class ConsoleForm(_Form):
    """A form of a table."""


class ConsoleAdmin(_Admin):
    """Pages of one table, whose changes are actions.

    Attributes:
        doing: the actions; devices hold most rows, so few may be removed.
        fixed: fields that stay as they are once the row exists.
    """

    doing: ClassVar[Doing] = Doing()
    fixed: ClassVar[tuple[str, ...]] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Add where an action saves."""
        return self.doing.save is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Change where an action saves."""
        return self.doing.save is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Delete where an action removes."""
        return self.doing.remove is not None and super().has_delete_permission(request, obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Fix what devices could not follow."""
        given = tuple(str(each) for each in super().get_readonly_fields(request, obj))
        return (*given, *self.fixed) if obj else given

    def save_model(
        self,
        request: HttpRequest,
        obj: Model,
        form: _Form,  # noqa: ARG002 Django passes it
        change: bool,  # noqa: ARG002, FBT001 Django passes it so
    ) -> None:
        """Save by the action."""
        if self.doing.save is not None:
            self.doing.save(operator_of(request), obj)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove by the action."""
        if self.doing.remove is not None:
            self.doing.remove(operator_of(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Remove each by the action."""
        for row in queryset:
            self.delete_model(request, row)
