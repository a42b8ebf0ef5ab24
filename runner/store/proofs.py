"""Proofs that the dashboard or a checked token wrote a line in the name of a signed-in person.

A line that claims ``verified: true`` carries a proof: an HMAC-SHA256 over its canonical
form, with its number and its predecessor's hash, so that a proof can't be moved to another
line. The key is a file of its own that only its owner may read. A line without a valid proof
counts as *identity unverified* in all tables, whatever it claims.

The file holds one key a line. The first makes new proofs; the others still prove old ones.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from copy import copy
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.canonical_json import canonical
from core.errors import SetupError
from core.files import require_private, sync_folder, write_bytes
from core.language import Message
from runner.store import schema
from runner.store.chain import stated_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.paths import Home

PROOF = "proof"
_KEY = re.compile(r"[0-9a-f]{64}")
_UNPROVED = {PROOF, "sha256"}
_REMEDY = Message(
    "Restore it from a copy, or move it away: the next act of a signed-in person makes a new one,"
    " and earlier acts can't be proved any more."
)


class Proofs:
    """Makes and checks the proofs of one data directory.

    :param path: another key than that of people's acts.
    """

    def __init__(self, home: Home, path: Path | None = None) -> None:
        self._path = path or home.acts_key
        self._once = False
        self._read: list[bytes] | None = None

    def read_once(self) -> Proofs:
        """The same for many lines in a row, with the keys as they are at the first that needs them."""
        same = copy(self)
        same._once, same._read = True, None
        return same

    def make(self, fields: Mapping[str, Any]) -> str:
        """The proof for a line; creates the key if there is none. The caller holds the store's lock.

        :param fields: the whole line but ``proof`` and ``sha256``.
        :raises SetupError: others can read the key, it is damaged, or it can't be written.
        """
        keys = self._keys()
        if not keys:
            keys = [_new_key(self)]
        return f"{key_id(keys[0])}:{_mac(keys[0], fields)}"

    def hold(self, fields: Mapping[str, Any]) -> bool:
        """Whether a line claims a verified person and its proof is valid.

        :raises SetupError: see :meth:`make`.
        """
        proof = fields.get(PROOF)
        if fields.get("verified") is not True or not isinstance(proof, str):
            return False
        return self.proves(fields, proof)

    def proves(self, fields: Mapping[str, Any], proof: str) -> bool:
        """Whether one of the present keys made this proof of these fields.

        :raises SetupError: see :meth:`make`.
        """
        given, _, mac = proof.partition(":")
        return any(
            hmac.compare_digest(_mac(key, fields).encode(), mac.encode())
            for key in self._keys()
            if key_id(key) == given
        )

    @property
    def key_ids(self) -> list[str]:
        """The present keys' ids, of which each proof names one.

        :raises SetupError: see :meth:`make`.
        """
        return [key_id(key) for key in self._keys()]

    def _keys(self) -> list[bytes]:
        # Read each time: a key that was moved away or exposed proves nothing from then on.
        if self._read is None or not self._once:
            self._read = self._keys_of_file()
        return self._read

    def _keys_of_file(self) -> list[bytes]:
        path = self._path
        try:
            if not path.exists():
                return []
            for private in (path, path.parent):
                require_private(private)
            lines = path.read_bytes().decode("ascii").split()
        except OSError as error:
            raise SetupError(
                Message(
                    "The key {path} can't be used: {error}.",
                    path=str(path),
                    error=error.strerror or str(error),
                ),
                Message("Make the account that runs trainweek the owner of its folder."),
            ) from error
        except UnicodeDecodeError:
            lines = []
        if not lines or not all(_KEY.fullmatch(line) for line in lines):
            raise SetupError(
                Message("{path} is damaged: it is no key of this program.", path=str(path)), _REMEDY
            )
        return [bytes.fromhex(line) for line in lines]


def proved_line(home: Home, connection: Connection, seq: int) -> Mapping[str, Any] | None:
    """A line as the file has it, if it proves that a signed-in person acted; None if it does not.

    The database only repeats it; what a deployment depends on asks the file.

    :raises SetupError: see :meth:`Proofs.make`.
    """
    table = schema.ledger
    row = connection.execute(select(table.c.end, table.c.sha256).where(table.c.seq == seq)).first()
    begin = connection.scalar(select(table.c.end).where(table.c.seq == seq - 1)) or 0
    if row is None:
        return None
    try:
        with home.ledger.open("rb") as file:
            file.seek(begin)
            raw = file.read(row.end - begin)
    except (OSError, ValueError):  # the database names no place of the file
        return None
    if stated_hash(raw) != row.sha256:
        return None
    fields: Mapping[str, Any] = json.loads(raw)
    return fields if fields.get("seq") == seq and Proofs(home).hold(fields) else None


def key_id(key: bytes) -> str:
    """Eight hex digits that name a key without telling it."""
    return hashlib.sha256(b"trainweek acts key" + key).hexdigest()[:8]


def _mac(key: bytes, fields: Mapping[str, Any]) -> str:
    proved = {name: value for name, value in fields.items() if name not in _UNPROVED}
    return hmac.new(key, canonical(proved).encode(), hashlib.sha256).hexdigest()


def _new_key(proofs: Proofs) -> bytes:
    path, key = proofs._path, secrets.token_bytes(32)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_bytes(path, key.hex().encode() + b"\n", private=True)
    sync_folder(path.parent)
    return key
