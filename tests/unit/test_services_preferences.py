"""Preferences stay in the profile, within their ranges."""

from pathlib import Path

from boardpack.services.changes import NOTHING
from boardpack.services.preferences import (
    Hand,
    Layout,
    Preferences,
    PreferencesService,
    Theme,
)
from boardpack.store import meta
from tests.helpers.local import COUNCILLOR, local


def test_what_was_set_is_read_again(tmp_path: Path) -> None:
    wanted = Preferences("en", Theme.DARK, 150, Layout.TOUCH, Hand.LEFT, finger_draws=True)
    with local(tmp_path, COUNCILLOR) as device:
        service = PreferencesService(device.context)
        assert service.get() == Preferences()
        assert service.set(wanted).everything
        assert service.set(wanted) == NOTHING
        assert PreferencesService(device.context).get() == wanted


def test_values_out_of_range_are_brought_into_it(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR) as device:
        service = PreferencesService(device.context)
        service.set(Preferences(language="de", text_scale=500))
        assert service.get() == Preferences(language="fr", text_scale=200)


def test_what_a_newer_version_wrote_is_no_obstacle(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR) as device:
        with device.store.transaction() as connection:
            meta.put(connection, "preferences", b'{"theme": "sepia"}')
        assert PreferencesService(device.context).get() == Preferences()
