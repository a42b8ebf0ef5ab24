"""The signing key of a data directory: Ed25519, created at first use, readable only by its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.decision.seal import public_text
from core.errors import SetupError
from core.files import require_private, sync_folder, write_bytes
from core.language import Message

if TYPE_CHECKING:
    from core.paths import Home


def signing_key(home: Home) -> Ed25519PrivateKey:
    """The private key; creates it if there is none.

    :raises SetupError: others can read it, it is damaged, or it can't be written.
    """
    path = home.signing_key
    try:
        if not path.exists():
            _make(home)
        for private in (path, path.parent):
            require_private(private)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SetupError(
            Message(
                "The signing key {path} can't be used: {error}.",
                path=str(path),
                error=error.strerror or str(error),
            ),
            Message("Make the account that runs trainweek the owner of its folder."),
        ) from error
    except (ValueError, TypeError) as error:
        raise SetupError(
            Message("{path} is not a private key: {error}.", path=str(path), error=str(error)),
            _LOST,
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SetupError(Message("{path} is not an Ed25519 key.", path=str(path)), _LOST)
    return key


def public_key(home: Home) -> str | None:
    """The present key's public half as base64; None before the first signature.

    :raises SetupError: see :func:`signing_key`.
    """
    return public_text(signing_key(home)) if home.signing_key.exists() else None


_LOST = Message(
    "Restore it from a backup, or move it away: the next signature makes a new one. Earlier"
    " signatures remain valid."
)


def _make(home: Home) -> None:
    """Create the key file, complete or absent. Signers hold the store's lock, so only one does."""
    path = home.signing_key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_bytes(path, content, private=True)
    sync_folder(path.parent)
