"""What this program is, whose work it stands on, and under which licences."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from ui.widgets.labels import label
from ui.widgets.page import Card, Section

#: Distribution → name for people and licence (SPDX), as each project publishes it.
COMPONENTS: Final = {
    "PySide6_Essentials": ("Qt, PySide6", "LGPL-3.0"),
    "pymupdf": ("PyMuPDF, MuPDF", "AGPL-3.0"),
    "pyhanko": ("pyHanko", "MIT"),
    "cryptography": ("cryptography, OpenSSL", "Apache-2.0 OR BSD-3-Clause"),
    "sqlcipher3": ("sqlcipher3, SQLCipher", "zlib, BSD-3-Clause"),
    "pyrage": ("pyrage, rage", "MIT"),
    "argon2-cffi": ("argon2-cffi", "MIT"),
    "joserfc": ("joserfc", "BSD-3-Clause"),
    "httpx": ("HTTPX", "BSD-3-Clause"),
    "mnemonic": ("python-mnemonic (BIP-39)", "MIT"),
    "msgspec": ("msgspec", "BSD-3-Clause"),
    "babel": ("Babel", "BSD-3-Clause"),
    "qtawesome": ("QtAwesome, Material Design Icons", "MIT, Apache-2.0"),
    "zxing-cpp": ("ZXing-C++", "Apache-2.0"),
}
FONTS: Final = ("Inter", "OFL-1.1")


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def components() -> tuple[str, ...]:
    """Return one line for each component: name, version where known, licence."""
    lines = [
        f"{name} {_installed(distribution)} · {licence}".replace("  ", " ")
        for distribution, (name, licence) in COMPONENTS.items()
    ]
    return (*lines, " · ".join(FONTS))


class AboutSection(Section):
    """Version, licence, components."""

    def __init__(self, version_text: str, parent: QWidget | None = None) -> None:
        super().__init__(_("About"), parent)
        card = Card()
        card.body.addWidget(label(f"boardpack {version_text}", "heading"))
        card.body.addWidget(
            label(
                _(
                    "Free software under the GNU Affero General Public License, version 3 or "
                    "later. It comes without any warranty. Its source code goes with it."
                )
            )
        )
        card.body.addWidget(label(_("It stands on the work of others:"), tone="secondary"))
        self._components = label("", "small")
        card.body.addWidget(self._components)
        self.body.addWidget(card)

    def show_components(self, lines: Sequence[str]) -> None:
        """Show what `components` found; it reads files, so it is called on a worker."""
        self._components.setText("\n".join(lines))
