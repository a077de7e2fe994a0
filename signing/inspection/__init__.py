"""The strict verdict on top of pyHanko; `signing.verify` and `signing.diff` are its doors.

pyHanko alone calls some published attacks valid (pades.md §0.6): it tolerates a tail that belongs
to no revision, form fields drawn over a page, and a broken document timestamp. Importing this
package costs most of a second (pyHanko, lxml, aiohttp), so only functions of the doors do.
"""

from __future__ import annotations

import logging

for _name in ("pyhanko", "pyhanko_certvalidator"):
    # What pyHanko has to say about a document is in the verdict. Its log quotes objects of the
    # document, names of signers included, and nothing of a dossier may reach a log.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
