"""Ed25519 seals over canonical JSON: made with a home's key, verified with its public half."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.canonical_json import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_FINGERPRINT_DIGITS = 16  # hex digits accepted in place of a whole fingerprint (64 bits)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half: the 32 raw bytes as base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def fingerprint(public: str) -> str:
    """Hex SHA-256 of the raw public key; what people compare by eye.

    :raises ValueError: not the base64 of a key.
    """
    return hashlib.sha256(_raw(public)).hexdigest()


def short(fingerprint: str) -> str:
    """The first 16 digits in groups of four: ``3f2a 91c0 77de 0b14``."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, MIN_FINGERPRINT_DIGITS, 4))


def same_key(public: str, wanted: str) -> bool:
    """Whether a fingerprint, or at least its first 16 digits, is this key's."""
    wanted = "".join(wanted.split()).lower()
    return len(wanted) >= MIN_FINGERPRINT_DIGITS and fingerprint(public).startswith(wanted)


def seal(fields: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """The signature of the canonical form, as base64."""
    return base64.b64encode(key.sign(canonical(fields).encode())).decode()


def verifies(fields: Mapping[str, Any], signature: object, public: object) -> bool:
    """Whether the signature is this key's, over exactly these fields."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_raw(str(public)))
        key.verify(base64.b64decode(str(signature), validate=True), canonical(fields).encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _raw(public: str) -> bytes:
    raw = base64.b64decode(public, validate=True)
    if len(raw) != 32:
        raise ValueError("a public Ed25519 key has 32 bytes")
    return raw
