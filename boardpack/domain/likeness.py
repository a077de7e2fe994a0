"""Which documents may be revisions of each other though nothing says so.

The same report goes to the town's council and to the agglomeration's, under its title or its file
name, or stamped on the way. Device and server judge by this one rule: the device names its likely
bases, the server makes deltas for the likely pairs. It is a guess: a delta that is not worth it is
not kept, and the digest decides about every file. Only PDFs: other files are compressed as a
whole, so that a sibling of theirs hardly has half of the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from boardpack.domain.dossier import PDF

#: Siblings that are looked at for one document, the nearest in size first.
MOST_SIBLINGS: Final = 3
#: A file outside this range of sizes is hardly the same document.
FACTOR: Final = 2
#: Without a common name: as many pages, and a size so near (a stamp, a cover, a signature).
NEAR: Final = 0.05
_LENGTH: Final = 200
_ENDING: Final = re.compile(r"\.[a-z0-9]{1,5}$")
_NUMBER: Final = re.compile(r"^[\d\s._-]+")


@dataclass(frozen=True)
class Likeness:
    """What a document is recognised by; the names are `name_key`s."""

    title: str
    file_name: str
    media_type: str
    pages: int
    size: int

    def resembles(self, other: Likeness) -> bool:
        """Tell whether one may be a revision of the other."""
        smaller, larger = sorted((self.size, other.size))
        if {self.media_type, other.media_type} != {PDF} or larger > FACTOR * smaller:
            return False
        if (self.title and self.title == other.title) or (
            self.file_name and self.file_name == other.file_name
        ):
            return True
        return 0 < self.pages == other.pages and larger <= (1 + NEAR) * smaller


def name_key(text: str) -> str:
    """Return a title or file name without accents, case, leading number, ending, punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    plain = _ENDING.sub("", plain)
    plain = _NUMBER.sub("", plain) or plain
    return " ".join(re.findall(r"\w+", plain))[:_LENGTH]


def likeness(title: str, file_name: str, media_type: str, pages: int, size: int) -> Likeness:
    """Return what a document with these names is recognised by."""
    return Likeness(name_key(title), name_key(file_name), media_type, pages, size)
