"""Signatures of pushes as Standard Webhooks has them: ``v1`` = HMAC-SHA256, ``v1a`` = ed25519.

Signed is ``{webhook-id}.{webhook-timestamp}.{body}``, the body byte for byte. Own code because a push may carry several
signatures, and because the reference library signs something else when it is given bytes or non-UTC datetimes.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from syndicator.errors import ConfigError, SyndicatorError

SECRET_PREFIX = "whsec_"  # noqa: S105  the name of the format
PRIVATE_PREFIX = "whsk_"
PUBLIC_PREFIX = "whpk_"
SECRET_BYTES = range(24, 65)
ED25519_BYTES = 32
TOLERANCE_S = 300
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class SignatureRefused(SyndicatorError):
    """The push does not prove that it comes from the holder of the secret; the message says which part is wrong."""

    exit_code = 3
    status = 400
    title = "The signature was refused"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a good signature vouches for, beside the body."""

    event_id: str
    timestamp_s: int


def secret_text(key: bytes) -> str:
    """The secret as it is shown to its owner: ``whsec_`` and 24 to 64 bytes in base64."""
    if len(key) not in SECRET_BYTES:
        raise ConfigError(f"a webhook secret has 24 to 64 bytes, not {len(key)}")
    return SECRET_PREFIX + b64encode(key).decode()


def secret_key(text: str) -> bytes:
    """The bytes of a ``whsec_`` secret. ConfigError if it is none."""
    key = _decoded(text, SECRET_PREFIX)
    if len(key) not in SECRET_BYTES:
        raise ConfigError(f"a {SECRET_PREFIX} secret has 24 to 64 bytes, not {len(key)}: make a new one")
    return key


def sign(event_id: str, timestamp_s: int, body: bytes, keys: Sequence[bytes], *, v1a: str = "") -> str:
    """The value of ``webhook-signature``: one ``v1`` per key, then those of ``v1a`` if ready ones are given."""
    content = _content(event_id, timestamp_s, body)
    signatures = [_v1(key, content) for key in keys]
    if v1a:
        signatures.append(v1a)
    return " ".join(signatures)


def push_headers(user_agent: str, event_id: str, timestamp_s: int, signatures: str) -> tuple[tuple[str, str], ...]:
    """All that a push has beside what its transport adds; ``signatures`` are those that ``sign`` made."""
    return (
        ("content-type", "application/json"),
        ("user-agent", user_agent),
        ("webhook-id", event_id),
        ("webhook-timestamp", str(timestamp_s)),
        ("webhook-signature", signatures),
    )


class Ed25519Signer:
    """Makes ``v1a`` signatures, by each of its keys. One costs as much as ten of ``v1`` but is the same for every
    endpoint: make them once per event and second, and hand them to ``sign``.

    While a key is replaced there are two, the newer first: newsrooms may keep the list of public keys for a while.
    """

    def __init__(self, *private_keys: Ed25519PrivateKey) -> None:
        self._private = private_keys
        self.public_keys = tuple(
            PUBLIC_PREFIX + b64encode(key.public_key().public_bytes_raw()).decode() for key in private_keys
        )

    @classmethod
    def from_text(cls, text: str) -> "Ed25519Signer":
        """From ``whsk_`` and base64 of the 32 bytes of the seed, with or without the public key behind it.

        Several are separated by commas.
        """
        return cls(*(_private_key(each.strip()) for each in text.split(",")))

    def sign(self, event_id: str, timestamp_s: int, body: bytes) -> str:
        content = _content(event_id, timestamp_s, body)
        return " ".join("v1a," + b64encode(key.sign(content)).decode() for key in self._private)


def verify(
    headers: Mapping[str, str], body: bytes, keys: Iterable[str], now_s: float, tolerance_s: float = TOLERANCE_S
) -> Verified:
    """The id and time that were signed together with this body, for receivers.

    Args:
        headers: of the push, in any spelling of upper and lower case.
        body: the bytes as they came, before any parsing.
        keys: secrets (``whsec_``) and public keys (``whpk_``); one good signature by any of them is enough.
        now_s: seconds since 1970.
        tolerance_s: how far the signed time may be off, either way.

    Raises:
        SignatureRefused: no signature is good, a header is missing, or the time is too far off.
        ConfigError: a key is none.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp, signatures = _headers(lower)
    timestamp_s = _seconds(timestamp)
    content = _bytes(f"{event_id}.{timestamp}.") + body
    given = [part for part in signatures.split(" ") if part]
    if not any([_matches(key, content, given) for key in keys]):  # noqa: C419  no early end: time tells nothing
        raise SignatureRefused(
            "no signature matches: check the secret, and that the body is given as it came, no line break added"
        )
    age_s = now_s - timestamp_s
    if not abs(age_s) <= tolerance_s:  # so that a tolerance that is no number tolerates nothing
        when = f"{age_s:.0f} s ago" if age_s > 0 else f"{-age_s:.0f} s in the future"
        raise SignatureRefused(f"signed {when}, more than {tolerance_s:.0f} s off: a replay, or a clock is wrong")
    return Verified(event_id, timestamp_s)


@lru_cache(8)
def _content(event_id: str, timestamp_s: int, body: bytes) -> bytes:
    """A batch has the same for all its endpoints: only the key differs."""
    return b"%b.%d.%b" % (event_id.encode(), timestamp_s, body)


def _bytes(text: str) -> bytes:
    """The text's bytes, also of headers and arguments that hold what UTF-8 cannot: no signature will match those."""
    return text.encode(errors="surrogatepass")


def _headers(lower: Mapping[str, str]) -> tuple[str, str, str]:
    """Id, timestamp and signatures as they were sent."""
    event_id, timestamp, signatures = (lower.get(name, "") for name in _HEADERS)
    missing = [name for name in _HEADERS if not lower.get(name)]
    if missing:
        raise SignatureRefused(f"missing: {', '.join(missing)}; give the headers of the push as they came")
    return event_id, timestamp, signatures


def _seconds(timestamp: str) -> int:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):  # noqa: PLR2004  30,000 years
        raise SignatureRefused("webhook-timestamp is no number of seconds since 1970")
    return int(timestamp)


def _matches(key: str, content: bytes, given: Sequence[str]) -> bool:
    if key.startswith(PUBLIC_PREFIX):
        public = Ed25519PublicKey.from_public_bytes(_public_bytes(key))
        return any([_is_signed(public, content, part[4:]) for part in given if part.startswith("v1a,")])  # noqa: C419
    expected = _v1(secret_key(key), content).encode()
    return any([hmac.compare_digest(expected, _bytes(part)) for part in given])  # noqa: C419


def _v1(key: bytes, content: bytes) -> str:
    return "v1," + b64encode(hmac.digest(key, content, "sha256")).decode()


def _private_key(text: str) -> Ed25519PrivateKey:
    raw = _decoded(text, PRIVATE_PREFIX)
    seed, public = raw[:ED25519_BYTES], raw[ED25519_BYTES:]
    if len(seed) != ED25519_BYTES:
        raise ConfigError(f"a {PRIVATE_PREFIX} key has 32 or 64 bytes, not {len(raw)}: make a new one")
    private = Ed25519PrivateKey.from_private_bytes(seed)
    if public and public != private.public_key().public_bytes_raw():
        raise ConfigError(f"the two halves of the {PRIVATE_PREFIX} key do not belong together: make a new one")
    return private


def _public_bytes(text: str) -> bytes:
    raw = _decoded(text, PUBLIC_PREFIX)
    if len(raw) != ED25519_BYTES:
        raise ConfigError(f"a {PUBLIC_PREFIX} key has 32 bytes, not {len(raw)}: copy it whole")
    return raw


def _is_signed(public: Ed25519PublicKey, content: bytes, signature: str) -> bool:
    try:
        public.verify(b64decode(signature, validate=True), content)
    except (InvalidSignature, Base64Error, ValueError):
        return False
    return True


def _decoded(text: str, prefix: str) -> bytes:
    if not text.startswith(prefix):
        raise ConfigError(f"the key does not start with {prefix}: copy it whole, prefix included")
    try:
        return b64decode(text[len(prefix) :], validate=True)
    except (Base64Error, ValueError) as error:
        raise ConfigError(f"what follows {prefix} is no base64: copy the key whole") from error
