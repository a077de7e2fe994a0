"""Write docs/errors.md from the error tree and its texts: `python3 dev.py errors`."""

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).parents[2]
HEAD = """# Error codes

Made by `python3 dev.py errors` from the error tree (`boardpack/domain/errors.py`) and the texts in
`resources/errors/`; a test holds this page against both. Exit codes of the command line: 3 the
person can act, 75 try again later, 70 our bug (0 done, 2 wrong usage).

| code | exit | what happened | what to do |
|---|---|---|---|
"""


def main() -> int:
    """Import everything, then write one row a code."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "sync.server.settings.testing"
    django.setup()
    from boardpack.domain.errors import error_classes
    from boardpack.messages import error_text, use_language
    from tests.helpers.modules import import_all

    import_all()
    use_language("en")
    rows = []
    for code, error in sorted(error_classes().items()):
        text = error_text(code)
        rows.append(f"| `{code}` | {error.exit_code} | {text.title} | {text.do} |\n")
    (ROOT / "docs/errors.md").write_text(HEAD + "".join(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
