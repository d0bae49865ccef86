"""Signatures against the reference library, and what a receiver must not believe."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from syndicator.delivery import secrets
from syndicator.delivery.sealing import Sealer
from syndicator.delivery.signing import (
    Ed25519Signer,
    SignatureRefused,
    secret_key,
    secret_text,
    sign,
    verify,
)
from syndicator.errors import ConfigError, Conflict

SECRET = secret_text(bytes(range(32)))
OTHER = secret_text(bytes(range(1, 33)))
NOW_S = 1_800_000_000
SIGNER = Ed25519Signer.from_text("whsk_" + "B" * 43 + "=")


def headers(body: bytes, *keys: str, at: int = NOW_S, v1a: bool = False) -> dict[str, str]:
    asymmetric = SIGNER.sign("evt_1", at, body) if v1a else ""
    signature = sign("evt_1", at, body, [secret_key(key) for key in keys], v1a=asymmetric)
    return {"webhook-id": "evt_1", "webhook-timestamp": str(at), "webhook-signature": signature}


@given(st.text(max_size=200))
def test_the_reference_library_makes_the_same_signature(body: str) -> None:
    theirs = Webhook(SECRET).sign("evt_1", datetime.fromtimestamp(NOW_S, UTC), body)
    assert sign("evt_1", NOW_S, body.encode(), [secret_key(SECRET)]) == theirs


@given(st.binary(max_size=200))
def test_what_is_signed_is_believed_by_either_key_in_a_rotation(body: bytes) -> None:
    signed = headers(body, SECRET, OTHER, v1a=True)
    for key in (SECRET, OTHER, *SIGNER.public_keys):
        assert verify(signed, body, [key], NOW_S).event_id == "evt_1"


@pytest.mark.parametrize(
    ("change", "body", "key"),
    [
        ({}, b"other", SECRET),
        ({"webhook-id": "evt_2"}, b"body", SECRET),
        ({"webhook-timestamp": str(NOW_S + 1)}, b"body", SECRET),
        ({"webhook-signature": "v1,AAAA"}, b"body", SECRET),
        ({"webhook-signature": ""}, b"body", SECRET),
        ({}, b"body", OTHER),
    ],
)
def test_whatever_was_changed_is_refused(change: dict[str, str], body: bytes, key: str) -> None:
    with pytest.raises(SignatureRefused):
        verify({**headers(b"body", SECRET), **change}, body, [key], NOW_S)


@pytest.mark.parametrize(("off", "when"), [(-301, "301 s ago"), (301, "301 s in the future")])
def test_an_old_or_early_push_is_refused(off: int, when: str) -> None:
    with pytest.raises(SignatureRefused, match=f"^signed {when}, more than 300 s off"):
        verify(headers(b"", SECRET, at=NOW_S + off), b"", [SECRET], NOW_S)
    assert (
        verify(headers(b"", SECRET, at=NOW_S + off), b"", [SECRET], NOW_S, tolerance_s=302).timestamp_s == NOW_S + off
    )


def test_a_tolerance_that_is_no_number_tolerates_nothing() -> None:
    with pytest.raises(SignatureRefused, match="off"):
        verify(headers(b"", SECRET, at=NOW_S - 301), b"", [SECRET], NOW_S, tolerance_s=float("nan"))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-signature"])
def test_a_header_that_is_no_text_is_refused_and_not_a_crash(name: str) -> None:
    with pytest.raises(SignatureRefused, match="no signature matches"):
        verify({**headers(b"", SECRET), name: "v1,\udcff"}, b"", [SECRET, *SIGNER.public_keys], NOW_S)


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_secret_has_24_to_64_bytes(size: int) -> None:
    with pytest.raises(ConfigError):
        secret_text(bytes(size))
    nearest = bytes(min(max(size, 24), 64))
    assert secret_key(secret_text(nearest)) == nearest


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!", "sk_AAAA", "whsec_AAAA", f"{SECRET[:20]}!{SECRET[20:]}"])
def test_what_is_no_secret_is_told(text: str) -> None:
    with pytest.raises(ConfigError):
        secret_key(text)


def test_a_sealed_secret_opens_for_its_endpoint_only() -> None:
    sealer = Sealer.from_text("new:" + "A" * 43 + "=,old:" + "B" * 43 + "=")
    sealed = sealer.seal(b"secret", "end_1")
    assert b"secret" not in sealed.encode()
    assert sealer.open(sealed, "end_1") == b"secret"
    with pytest.raises(ConfigError):
        sealer.open(sealed, "end_2")
    with pytest.raises(ConfigError, match="put that key back"):
        Sealer.from_text("old:" + "B" * 43 + "=").open(sealed, "end_1")


def test_a_rotated_secret_signs_beside_the_old_until_its_time() -> None:
    sealer = Sealer.from_text("k:" + "A" * 43 + "=")
    stored = secrets.rotated(sealer, "end_1", secrets.first(sealer, "end_1", SECRET), OTHER, old_until_us=100, now_us=1)
    assert secrets.signing_keys(sealer, "end_1", stored, 99) == (secret_key(OTHER), secret_key(SECRET))
    assert secrets.signing_keys(sealer, "end_1", stored, 100) == (secret_key(OTHER),)


def test_no_more_secrets_sign_at_once_than_a_header_can_hold() -> None:
    """Rotated in a loop, each push would carry hundreds of signatures, and servers take 8 kB of headers."""
    sealer = Sealer.from_text("k:" + "A" * 43 + "=")
    stored = secrets.first(sealer, "end_1", SECRET)
    for now in range(1, 9):
        stored = secrets.rotated(sealer, "end_1", stored, secrets.new_secret(), old_until_us=100 + now, now_us=now)
    with pytest.raises(Conflict, match="rotate without an overlap"):
        secrets.rotated(sealer, "end_1", stored, OTHER, old_until_us=110, now_us=9)
    after = secrets.rotated(sealer, "end_1", stored, OTHER, old_until_us=200, now_us=101)
    assert len(secrets.signing_keys(sealer, "end_1", after, 101)) == 9, "one of them has ended"
    alone = secrets.rotated(sealer, "end_1", stored, OTHER, old_until_us=9, now_us=9)
    assert secrets.signing_keys(sealer, "end_1", alone, 9) == (secret_key(OTHER),)
