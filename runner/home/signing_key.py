"""The signing key of a data directory: Ed25519, created at first use, readable only by its owner."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.decision.seal import public_text
from core.errors import SetupError
from core.files import sync_folder
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
        _require_private(home)
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


def _require_private(home: Home) -> None:
    for path, right in ((home.signing_key, "600"), (home.signing_key.parent, "700")):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise SetupError(
                Message(
                    "{path} is accessible to others (mode {mode}), so it is not used.",
                    path=str(path),
                    mode=f"{mode:03o}",
                ),
                Message(
                    "Run chmod {mode} {path}, and find out who may have copied the key.",
                    mode=right,
                    path=str(path),
                ),
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
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)
