"""Labels of the console, looked up when they are shown."""

from __future__ import annotations

from django.utils.functional import lazy

from boardpack import messages

_lazy = lazy(messages._, str)


def _(text: str) -> str:
    """Return `text` in the language in force at the moment when it is shown."""
    return _lazy(text)
