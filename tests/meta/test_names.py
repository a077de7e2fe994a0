"""`ui`, `sync` and `signing` are our own, and only ours, on this interpreter."""

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["boardpack", "ui", "sync", "signing"])
def test_name_is_ours(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")
    assert set(packages_distributions().get(name, ["boardpack"])) == {"boardpack"}


def test_no_package_under_tests() -> None:
    """An `__init__.py` under tests/ would let `tests/ui` hide our `ui`."""
    assert not list((ROOT / "tests").rglob("__init__.py"))
