"""Up to where the ledger file was found right, so that only what came later has to be read line by line.

A checkpoint has the hash of all bytes before it. It counts only while the file begins with exactly
these bytes, so nothing that is changed, cut off or replaced before it can hide behind it; and it is
sealed with a key that only its owner may read. One that can't be relied on is as good as none: then
the whole file is read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from core.errors import TrainweekError
from core.files import write_json
from core.timestamps import iso, parse_moment
from runner.store.proofs import Proofs

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home

LEAST_LINES = 1000  # fewer are read within milliseconds
_BLOCK = 1 << 20
_SEAL = "proof"


@dataclass(frozen=True)
class Checkpoint:
    """The first lines of a ledger file, as they were when they were found right.

    :ivar seq: how many lines.
    :ivar end: how many bytes.
    :ivar head: hash of the last line.
    :ivar prefix: SHA-256 of all these bytes.
    :ivar at: real time, of a verification.
    :ivar keys: ids of the keys that the acts of signed-in people were proved with.
    :ivar proofs_from: the first line whose acts had to be proved.
    """

    seq: int
    end: int
    head: str
    prefix: str
    at: datetime | None = None
    keys: tuple[str, ...] = ()
    proofs_from: int = 1

    def as_json(self) -> dict[str, Any]:
        """What its file says, without the seal."""
        fields = {"seq": self.seq, "end": self.end, "head": self.head, "prefix": self.prefix}
        at = None if self.at is None else iso(self.at)
        return {**fields, "at": at, "keys": list(self.keys), "proofs_from": self.proofs_from}


def key_file(home: Home) -> Path:
    """The key that seals checkpoints; only its owner may read it."""
    return home.acts_key.with_name("checkpoint.key")


def compared_file(home: Home) -> Path:
    """What an opening of the store found equal in ledger and database."""
    return home.state / "ledger-compared.json"


def verified_file(home: Home) -> Path:
    """What the last verification of everything found right."""
    return home.state / "ledger-verified.json"


def keep(home: Home, path: Path, checkpoint: Checkpoint) -> bool:
    """Write it; False where that is not possible: the next one then reads the whole file."""
    fields = checkpoint.as_json()
    try:
        seal = _keys(home).make(fields)
        write_json(path, {**fields, _SEAL: seal})
    except (OSError, TrainweekError):
        return False
    return True


def kept(home: Home, path: Path) -> Checkpoint | None:
    """The checkpoint of a file, if this data directory wrote it; None for any other content."""
    try:
        stored = json.loads(path.read_bytes())
        at = stored["at"]
        found = Checkpoint(
            int(stored["seq"]),
            int(stored["end"]),
            str(stored["head"]),
            str(stored["prefix"]),
            None if at is None else parse_moment(str(at)),
            tuple(map(str, stored["keys"])),
            int(stored["proofs_from"]),
        )
        sealed = _keys(home).proves(found.as_json(), str(stored[_SEAL]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, TrainweekError):
        return None
    return found if sealed and found.seq > 0 and found.end > 0 else None


def digest_before(file: BinaryIO, checkpoint: Checkpoint) -> hashlib._Hash | None:
    """The hash of the bytes before it, to be continued; None if they are not those that it names.

    Leaves the file after them.
    """
    digest, left = hashlib.sha256(), checkpoint.end
    file.seek(0)
    while left and (block := file.read(min(left, _BLOCK))):
        digest.update(block)
        left -= len(block)
    same = not left and hmac.compare_digest(digest.hexdigest(), checkpoint.prefix)
    return digest if same else None


def _keys(home: Home) -> Proofs:
    return Proofs(home, key_file(home))
