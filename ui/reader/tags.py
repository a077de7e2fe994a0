"""What a note is for: four tags, stored by name, shown in the language in force."""

from __future__ import annotations

from typing import Final

from boardpack.messages import _

QUESTION: Final = "question"
SPEECH: Final = "intervention"
AMENDMENT: Final = "amendment"
CHECK: Final = "check"

TAGS: Final = (QUESTION, SPEECH, AMENDMENT, CHECK)


def tag_name(tag: str) -> str:
    """Return what a tag is called; one of a newer version shows its stored name."""
    names = {
        QUESTION: _("Question"),
        SPEECH: _("Speech"),
        AMENDMENT: _("Amendment"),
        CHECK: _("To check"),
    }
    return names.get(tag, tag)
