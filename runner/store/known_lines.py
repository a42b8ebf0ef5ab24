"""The lines of the ledger file that the database knows, compared before each write."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.language import Message
from runner.store.chain import RESTORE, stated_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import BinaryIO

_BLOCK = 1 << 20


class KnownLines:
    """Finds any change in the part of the file that was written before.

    The first comparison hashes each line and compares it with the database's hash of it. Later
    ones hash the bytes that were found equal then as a whole, which is quicker, and only new
    lines one by one. Times and sizes of the file prove nothing, so they are not consulted.
    """

    def __init__(self) -> None:
        self._forget()

    def compare(self, path: Path, end: int, hashes: Callable[[int], Iterable[str]]) -> None:
        """Compare the first ``end`` bytes with the database.

        :param hashes: the database's hashes of the lines after this number, in order.
        :raises IntegrityError: names the first line that differs.
        """
        with path.open("rb") as file:
            if self._end > end or not self._unchanged(file):
                self._forget()
                file.seek(0)
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

    def _forget(self) -> None:
        self._seq = self._end = 0
        self._digest = hashlib.sha256()

    def _unchanged(self, file: BinaryIO) -> bool:
        """Whether the bytes compared before are the same; leaves the file after them."""
        digest, left = hashlib.sha256(), self._end
        while left and (block := file.read(min(left, _BLOCK))):
            digest.update(block)
            left -= len(block)
        return digest.digest() == self._digest.digest()
