"""What a verification of the ledger found, and how much of it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.language import Message, joined, plural

if TYPE_CHECKING:
    from datetime import datetime

    from runner.recovery.claims import LedgerProblem
    from runner.store.checkpoint import Checkpoint


@dataclass(frozen=True)
class VerifyReport:
    """The result of a verification of ledger and database."""

    ledger: str
    lines: int  # complete lines of the intact chain
    problems: tuple[LedgerProblem, ...]
    head: str | None = None  # hash of the last line of the intact chain
    anchor: int | None = None  # the line that has the published hash
    end: int = 0  # bytes of the intact chain
    prefix: str = ""  # SHA-256 of these bytes
    since: Checkpoint | None = None  # only what came after it was read line by line

    @property
    def ok(self) -> bool:
        """Whether there is a record and no problem was found."""
        return not self.problems and not self.nothing

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to verify: no line, and none that is known to be lost."""
        return not self.lines and not self.problems

    def text(self) -> Message:
        """For a terminal: one line, or one for each problem."""
        if self.nothing:
            return Message("{ledger}: nothing to verify, there is no line.", ledger=self.ledger)
        if self.ok:
            intact = plural(
                "{ledger}: {n:,} line, chain intact, database up to date.",
                "{ledger}: {n:,} lines, chain intact, database up to date.",
                self.lines,
                ledger=self.ledger,
            )
            if self.since is not None and self.since.at is not None:
                return joined([intact, _since(self.lines, self.since.seq, self.since.at)])
            if self.anchor is None:
                return intact
            since = plural(
                "The published hash is line {line:,}; {n:,} line came after it.",
                "The published hash is line {line:,}; {n:,} lines came after it.",
                self.lines - self.anchor,
                line=self.anchor,
            )
            return joined([intact, since])
        intact = plural(
            "{ledger}: {n:,} intact line. Problems:",
            "{ledger}: {n:,} intact lines. Problems:",
            self.lines,
            ledger=self.ledger,
        )
        problems = (joined(["  ", each.what, " ", each.remedy], "") for each in self.problems)
        return joined([intact, *problems], "\n")


def _since(lines: int, before: int, at: datetime) -> Message:
    """That only the end was read, and when the whole was."""
    return Message(
        "Read line by line: the last {count:,}. All before them have the hash that they had when"
        " everything was verified, at {time:%Y-%m-%d %H:%M} UTC.",
        count=lines - before,
        time=at,
    )
