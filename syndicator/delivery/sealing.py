"""Secrets at rest: AES-256-GCM, bound to the endpoint that they belong to, with keys that can be changed.

Sealed text reads ``KEY-ID:BASE64`` of a 12-byte nonce and what AESGCM made. The endpoint's id is authenticated with it,
so a sealed secret that is moved to another row does not open.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from syndicator.errors import ConfigError

KEY_BYTES = 32
NONCE_BYTES = 12


class DoesNotOpen(ConfigError):
    """These keys do not open the secret. Another worker, which was started with newer keys, may have the right one."""


class Sealer:
    """Seals with the first key and opens with any of them: put a new key in front, drop an old one when unused."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ConfigError("sealing_keys is empty: set it to ID:BASE64 of 32 random bytes")
        self._ciphers = {key_id: _cipher(key_id, key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    @classmethod
    def from_text(cls, text: str) -> "Sealer":
        """From ``id:base64,id:base64``, newest first, as the setting ``sealing_keys`` has it.

        Raises:
            ConfigError: for what is no key, and for two of one name, of which the one in front would be ignored.
        """
        keys: dict[str, bytes] = {}
        for part in filter(None, map(str.strip, text.split(","))):
            key_id, key = _parsed(part)
            if keys.get(key_id, key) != key:
                raise ConfigError(f"sealing_keys: two keys are named {key_id!r}: give the newer one a name of its own")
            keys[key_id] = key
        return cls(keys)

    @property
    def newest(self) -> str:
        """The id of the key that it seals with."""
        return self._current

    def seal(self, plain: bytes, endpoint_id: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plain, endpoint_id.encode())
        return f"{self._current}:{b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, endpoint_id: str) -> bytes:
        """What was sealed for this endpoint.

        Raises:
            DoesNotOpen: the key is not among ``sealing_keys``, or the text was changed or belongs to another endpoint.
        """
        key_id, _, encoded = sealed.partition(":")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise DoesNotOpen(f"a secret is sealed with key {key_id!r}: put that key back into sealing_keys")
        try:
            raw = b64decode(encoded, validate=True)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], endpoint_id.encode())
        except (InvalidTag, Base64Error, ValueError) as error:
            raise DoesNotOpen(
                f"the secret of {endpoint_id} does not open with key {key_id!r}: "
                "put the right key into sealing_keys, or give the endpoint a new secret"
            ) from error


def key_of(sealed: str) -> str:
    """The id of the key that it was sealed with."""
    return sealed.partition(":")[0]


def _cipher(key_id: str, key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ConfigError(f"sealing_keys: key {key_id!r} has {len(key)} bytes: use 32 random ones")
    return AESGCM(key)


def _parsed(part: str) -> tuple[str, bytes]:
    key_id, colon, encoded = part.partition(":")
    if not (key_id and colon):
        raise ConfigError("sealing_keys: write each key as ID:BASE64")
    try:
        return key_id, b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise ConfigError(f"sealing_keys: key {key_id!r} is no base64") from error
