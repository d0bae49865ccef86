"""What a receiver's check and the reading of keys must not let through, to the single byte and second."""

import tracemalloc
from base64 import b64decode, b64encode

import pytest

from syndicator.delivery import secrets
from syndicator.delivery.sealing import Sealer
from syndicator.delivery.signing import Ed25519Signer, SignatureRefused, secret_key, secret_text, sign, verify
from syndicator.errors import ConfigError

SECRET = secret_text(bytes(range(32)))
SIGNER = Ed25519Signer.from_text("whsk_" + "B" * 43 + "=")
NOW_S = 1_800_000_000


def signed(at: int = NOW_S) -> dict[str, str]:
    signatures = sign("evt_1", at, b"body", [secret_key(SECRET)], v1a=SIGNER.sign("evt_1", at, b"body"))
    return {"webhook-id": "evt_1", "webhook-timestamp": str(at), "webhook-signature": signatures}


def key_text(prefix: str, raw: bytes) -> str:
    return prefix + b64encode(raw).decode()


@pytest.mark.parametrize("off", [-300, 300])
def test_a_push_as_old_or_early_as_is_tolerated_is_believed(off: int) -> None:
    assert verify(signed(NOW_S + off), b"body", [SECRET], NOW_S).timestamp_s == NOW_S + off


@pytest.mark.parametrize(
    "timestamp", [f"0{NOW_S}", f"0000{NOW_S}", f"+{NOW_S}", f" {NOW_S}", "１８００００００００", "1" * 5000, "²"]
)
def test_a_timestamp_that_is_the_same_number_and_another_text_is_refused(timestamp: str) -> None:
    with pytest.raises(SignatureRefused):
        verify({**signed(), "webhook-timestamp": timestamp}, b"body", [SECRET], NOW_S)


def test_a_header_without_a_value_is_told_as_missing() -> None:
    for name in signed():
        with pytest.raises(SignatureRefused, match=f"missing: {name}"):
            verify({**signed(), name: ""}, b"body", [SECRET], NOW_S)


def test_headers_are_known_in_any_case() -> None:
    assert (
        verify({name.title(): value for name, value in signed().items()}, b"body", [SECRET], NOW_S).event_id == "evt_1"
    )


def test_a_signature_counts_only_as_the_kind_that_it_says_it_is() -> None:
    asymmetric = SIGNER.sign("evt_1", NOW_S, b"body").removeprefix("v1a,")
    for said in (f"v1,{asymmetric}", f"v2a,{asymmetric}", f"xxxx{asymmetric}", f"v1a,!{asymmetric}", "v1a,ü"):
        with pytest.raises(SignatureRefused, match="no signature matches"):
            verify({**signed(), "webhook-signature": said}, b"body", SIGNER.public_keys, NOW_S)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_told(size: int) -> None:
    with pytest.raises(ConfigError, match=f"has 32 bytes, not {size}"):
        verify(signed(), b"body", [key_text("whpk_", bytes(size))], NOW_S)
    with pytest.raises(ConfigError, match=f"key 'k' has {size} bytes"):
        Sealer({"k": bytes(size)})


def test_a_private_key_is_a_seed_alone_or_with_its_own_public_key() -> None:
    seed = bytes(range(32))
    alone = Ed25519Signer.from_text(key_text("whsk_", seed))
    public = b64decode(alone.public_keys[0].removeprefix("whpk_"))
    assert Ed25519Signer.from_text(key_text("whsk_", seed + public)).public_keys == alone.public_keys
    with pytest.raises(ConfigError, match="do not belong together"):
        Ed25519Signer.from_text(key_text("whsk_", seed + bytes(32)))
    with pytest.raises(ConfigError, match="has 32 or 64 bytes, not 31"):
        Ed25519Signer.from_text(key_text("whsk_", seed[1:]))


def test_while_a_private_key_is_replaced_whoever_knows_only_one_of_the_two_believes() -> None:
    old, new = (key_text("whsk_", bytes([number] * 32)) for number in (1, 2))
    both = Ed25519Signer.from_text(f"{new}, {old}")
    assert both.public_keys == tuple(key for text in (new, old) for key in Ed25519Signer.from_text(text).public_keys)
    signature = sign("evt_1", NOW_S, b"body", [], v1a=both.sign("evt_1", NOW_S, b"body"))
    for key in both.public_keys:
        assert verify({**signed(), "webhook-signature": signature}, b"body", [key], NOW_S).event_id == "evt_1"
    with pytest.raises(ConfigError, match="does not start with whsk_"):
        Ed25519Signer.from_text(f"{new},")


def test_a_sealing_key_has_a_name_and_what_was_put_between_its_letters_is_refused() -> None:
    key = "A" * 43 + "="
    with pytest.raises(ConfigError, match="ID:BASE64"):
        Sealer.from_text(f":{key}")
    sealer = Sealer.from_text(f"k:{key}")
    sealed = sealer.seal(b"secret", "end_1")
    with pytest.raises(ConfigError, match="does not open"):
        sealer.open(f"{sealed[:9]}!{sealed[9:]}", "end_1")


def test_what_is_no_secret_is_not_stored() -> None:
    with pytest.raises(ConfigError):
        secrets.first(Sealer.from_text("k:" + "A" * 43 + "="), "end_1", "whsec_AAAA")


def test_of_what_was_signed_little_is_kept() -> None:
    size = 100_000
    tracemalloc.start()
    try:
        for number in range(32):
            sign(f"evt_{number}", NOW_S, bytes(size), [secret_key(SECRET)])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2 * 10 * size, "ten bodies, each beside what is signed of it"
