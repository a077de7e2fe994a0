"""The store key, wrapped by a PIN or a passphrase."""

import hashlib
import struct

import pytest

from boardpack.sealing.errors import (
    DamagedSealError,
    WeakPassphraseError,
    WeakPinError,
    WrongSecretError,
)
from boardpack.sealing.wrap import DEFAULT_COST, Cost, check_secret, unwrap, wrap

KEY = bytes(range(32))
CHEAP = Cost(memory=8, passes=1, lanes=1)


def test_the_default_cost_is_that_of_the_design_and_works() -> None:
    assert Cost(memory=64 * 1024, passes=3, lanes=1) == DEFAULT_COST
    blob = wrap(KEY, "une phrase assez longue")
    assert unwrap(blob, "une phrase assez longue") == KEY


def test_a_wrong_secret_is_refused() -> None:
    with pytest.raises(WrongSecretError):
        unwrap(wrap(KEY, "482915", CHEAP), "482916")


def test_an_accent_typed_on_another_system_opens() -> None:
    assert unwrap(wrap(KEY, "\u00e9lection du 3", CHEAP), "e\u0301lection du 3") == KEY


def test_the_blob_holds_neither_key_nor_secret() -> None:
    blob = wrap(KEY, "482915", CHEAP)
    assert KEY not in blob
    assert b"482915" not in blob


@pytest.mark.parametrize(
    "cost",
    [Cost(memory=2**31), Cost(passes=10**6), Cost(lanes=200), Cost(memory=0), Cost(passes=0)],
)
def test_a_blob_that_asks_for_too_much_is_refused_at_once(cost: Cost) -> None:
    head = struct.pack(
        ">8sHHIII16s12s", b"bpwrapk\0", 1, 0, cost.memory, cost.passes, cost.lanes, b"", b""
    )
    body = head + bytes(48)
    with pytest.raises(DamagedSealError):
        unwrap(body + hashlib.sha256(body).digest(), "482915")


@pytest.mark.parametrize("secret", ["482915", "90417352", "quatre mots sans rapport"])
def test_a_good_pin_or_passphrase_is_enough_with_a_keyring(secret: str) -> None:
    check_secret(secret, keyring=True)


@pytest.mark.parametrize(
    "secret",
    [
        *("", "48291", "000000", "123456", "987654", "024680", "121212", "123123"),
        *("159753", "112233", "azerty", "482 915", "٤٨٢٩١٥", "aaaaaaaaaaaaaaa"),
    ],
)
def test_a_weak_pin_is_refused_with_a_keyring(secret: str) -> None:
    with pytest.raises(WeakPinError):
        check_secret(secret, keyring=True)


@pytest.mark.parametrize("secret", ["quatre mots sans rapport", "Été à la Réunion", "804917352618"])
def test_a_passphrase_is_enough_without_a_keyring(secret: str) -> None:
    check_secret(secret, keyring=False)


@pytest.mark.parametrize(
    "secret", ["482915", "onze lettre", "aaaaaaaaaaaaaaa", "abababababab", "123456789012", " " * 20]
)
def test_a_weak_passphrase_is_refused_without_a_keyring(secret: str) -> None:
    with pytest.raises(WeakPassphraseError):
        check_secret(secret, keyring=False)
