"""The lines of the ledger file that the database knows, compared before each write."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.language import Message
from runner.store.chain import RESTORE, START, stated_hash
from runner.store.checkpoint import LEAST_LINES, Checkpoint, digest_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import BinaryIO

_BLOCK = 1 << 20


class KnownLines:
    """Finds any change in the part of the file that was written before.

    The first comparison hashes each line and compares it with the database's hash of it. Later
    ones hash the bytes that were found equal then as a whole, which is quicker, and only new
    lines one by one. What an earlier process found equal is a checkpoint, and is hashed as a
    whole too. Times and sizes of the file prove nothing, so they are not consulted.

    :param checkpoint: reads the last one; None: there is none.
    """

    _digest: hashlib._Hash

    def __init__(self, checkpoint: Callable[[], Checkpoint | None] = lambda: None) -> None:
        self._checkpoint = checkpoint
        self._known = 0  # lines before the checkpoint that was used
        self._forget()

    def compare(self, path: Path, end: int, hashes: Callable[[int], Iterable[str]]) -> None:
        """Compare the first ``end`` bytes with the database.

        :param hashes: the database's hashes of the lines after this number, in order.
        :raises IntegrityError: names the first line that differs.
        """
        with path.open("rb") as file:
            if self._end > end or not self._unchanged(file):
                self._forget()
            if not self._seq:
                self._begin(file, end, hashes)
            for known in hashes(self._seq):
                raw = file.readline()
                if stated_hash(raw) != known:
                    line = self._seq + 1
                    self._forget()
                    raise IntegrityError(
                        Message("Line {line:,} differs from the database.", line=line), RESTORE
                    )
                self._digest.update(raw)
                self._seq += 1
                self._end += len(raw)
                self._head = known

    def further(self) -> Checkpoint | None:
        """A checkpoint after the lines that were compared; None if one is hardly earlier."""
        if self._seq - self._known < LEAST_LINES:
            return None
        self._known = self._seq
        return Checkpoint(self._seq, self._end, self._head, self._digest.hexdigest())

    def _begin(self, file: BinaryIO, end: int, hashes: Callable[[int], Iterable[str]]) -> None:
        """Start after the checkpoint, if file and database still have what it says."""
        last = self._checkpoint()
        if (
            last is not None
            and last.end <= end
            and next(iter(hashes(last.seq - 1)), None) == last.head
            and (digest := digest_before(file, last)) is not None
        ):
            self._seq, self._end, self._head = last.seq, last.end, last.head
            self._digest, self._known = digest, last.seq
        else:
            file.seek(0)

    def _forget(self) -> None:
        self._seq = self._end = 0
        self._head = START
        self._digest = hashlib.sha256()

    def _unchanged(self, file: BinaryIO) -> bool:
        """Whether the bytes compared before are the same; leaves the file after them."""
        digest, left = hashlib.sha256(), self._end
        while left and (block := file.read(min(left, _BLOCK))):
            digest.update(block)
            left -= len(block)
        return digest.digest() == self._digest.digest()
