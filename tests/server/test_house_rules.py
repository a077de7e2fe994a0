"""The server's own rules: objects through access, changes through actions, migrations complete."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from django.core.management import call_command

from boardpack import messages
from boardpack.domain import ids
from sync.server import actions
from sync.server.permission import Permission

ROOT = Path(__file__).parents[2]
ACTIONS = sorted(
    module.name for module in pkgutil.iter_modules(actions.__path__) if module.name[:3] == "do_"
)
#: Who may do what, tested: the files of these tests take the roles as parameters.
ROLE_TABLE = {
    "do_change_telling": Permission.OFFICE,
    "do_close_drain": Permission.SELF,
    "do_collect_files": Permission.OPERATOR,
    "do_count_try": Permission.CODE,
    "do_distrust_root": Permission.OPERATOR,
    "do_drop_job": Permission.OPERATOR,
    "do_enrol_device": Permission.CODE,
    "do_forget_expired": Permission.OPERATOR,
    "do_forget_notes": Permission.OPERATOR,
    "do_forget_uploads": Permission.OPERATOR,
    "do_import_officials": Permission.OPERATOR,
    "do_issue_code": Permission.OPERATOR,
    "do_keep_deltas": Permission.OPERATOR,
    "do_issue_token": Permission.SELF,
    "do_keep_identity": Permission.SELF,
    "do_keep_note": Permission.SELF,
    "do_keep_position": Permission.SELF,
    "do_keep_share": Permission.OFFICE,
    "do_make_assembly_key": Permission.OFFICE,
    "do_order_key": Permission.OPERATOR,
    "do_note_disagreement": Permission.SELF,
    "do_pin_certificate": Permission.OPERATOR,
    "do_place_deliberations": Permission.OFFICE,
    "do_publish_dossier": Permission.OFFICE,
    "do_receive_chunk": Permission.UPLOADER,
    "do_record_erasure": Permission.SELF,
    "do_record_receipt": Permission.READER,
    "do_record_signature": Permission.SIGNATORY,
    "do_refresh_access": Permission.SELF,
    "do_refresh_shared": Permission.SELF,
    "do_refuse_deliberation": Permission.SIGNATORY,
    "do_remove_mandate": Permission.OPERATOR,
    "do_renew_epoch": Permission.OPERATOR,
    "do_retry_job": Permission.OPERATOR,
    "do_revoke_device": Permission.OPERATOR,
    "do_save_assembly": Permission.OPERATOR,
    "do_let_go": Permission.OPERATOR,
    "do_settle_device": Permission.SELF,
    "do_save_authority": Permission.OPERATOR,
    "do_save_group": Permission.OPERATOR,
    "do_save_mandate": Permission.OPERATOR,
    "do_save_official": Permission.OPERATOR,
    "do_forget_packs": Permission.OPERATOR,
    "do_offer_pack": Permission.OPERATOR,
    "do_tell_dossier": Permission.OPERATOR,
    "do_trust_root": Permission.OPERATOR,
    "do_unpin_certificate": Permission.OPERATOR,
    "do_use_proof": Permission.SELF,
}


def test_every_action_stands_in_the_role_table() -> None:
    assert set(ACTIONS) == set(ROLE_TABLE)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_declares_its_permission_and_is_one_function(name) -> None:
    module = importlib.import_module(f"sync.server.actions.{name}")
    assert module.PERMISSION is ROLE_TABLE[name]
    own = [
        function
        for function, value in inspect.getmembers(module, inspect.isfunction)
        if function.startswith("do_") and value.__module__ == module.__name__
    ]
    assert own == [name]


@pytest.mark.parametrize("name", [each for each in ACTIONS if "operator" in ROLE_TABLE[each]])
def test_what_is_an_operators_refuses_a_person(world, name) -> None:
    from sync.protocol.errors import RoleNeededError
    from sync.server.models import DeltaPair, Mandate, PinnedCertificate, TrustRoot
    from tests.helpers import world as worlds
    from tests.helpers.server_state import contents

    person = worlds.person(world.agent)
    things = {
        "do_distrust_root": TrustRoot(),
        "do_drop_job": ids.new_id(),
        "do_import_officials": [],
        "do_issue_code": world.mayor,
        "do_keep_deltas": (DeltaPair(), ()),
        "do_order_key": world.council,
        "do_pin_certificate": PinnedCertificate(official=world.mayor, certificate_sha256="0" * 64),
        "do_remove_mandate": Mandate.objects.first(),
        "do_retry_job": ids.new_id(),
        "do_revoke_device": person.device,
        "do_save_assembly": world.council,
        "do_save_authority": world.town,
        "do_save_group": None,
        "do_save_mandate": Mandate.objects.first(),
        "do_save_official": world.mayor,
        "do_forget_packs": ids.new_id(),
        "do_offer_pack": (ids.new_id(), None),
        "do_tell_dossier": (ids.new_id(), 1),
        "do_trust_root": TrustRoot(),
        "do_unpin_certificate": PinnedCertificate(),
    }
    act = getattr(importlib.import_module(f"sync.server.actions.{name}"), name)
    before = contents()
    given = things.get(name, ())
    with pytest.raises(RoleNeededError):
        act(person, *(given if isinstance(given, tuple) else (given,)))
    assert contents() == before


def test_the_api_never_queries_by_itself() -> None:
    """Objects come through `access_*`, changes through `do_*` (style.md rule 18)."""
    for path in sorted((ROOT / "sync/server/api").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = node.attr if isinstance(node, ast.Attribute) else ""
            assert named not in {"objects", "_default_manager", "save", "delete"}, path


def test_feeds_are_appended_by_actions_only() -> None:
    for path in sorted((ROOT / "sync/server").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "feeds.append" in text:
            assert path.parent.name == "actions", path


def test_the_migrations_say_what_the_models_say(db) -> None:
    messages.use_language("en")
    try:
        call_command("makemigrations", "boardpack_server", check=True, dry_run=True, verbosity=0)
    finally:
        messages.use_language("fr")


def test_django_finds_nothing_to_complain_about(db) -> None:
    call_command("check", fail_level="WARNING")
