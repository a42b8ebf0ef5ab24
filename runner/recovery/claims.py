"""Lines that claim a signed-in person, and the proofs that they lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.errors import SetupError
from core.language import Message, literal, plural
from runner.store.proofs import PROOF, Proofs

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_NAMED = 12


@dataclass(frozen=True)
class LedgerProblem:
    """One problem that a verification found.

    :ivar kind: ``behind``: the database only lacks lines, and reopening it adds them;
        ``damaged``: the database file; ``corrupt``: file, database, backups or a published hash
        disagree; ``unproved``: lines claim a signed-in person without a proof.
    """

    kind: Literal["behind", "damaged", "corrupt", "unproved"]
    what: Message
    remedy: Message

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class Claims:
    """Collects, line by line, what claims to be proved and is not.

    :param first: earlier lines are known to be older than proofs.
    """

    def __init__(self, proofs: Proofs, first: int) -> None:
        self._proofs = proofs
        self._first = first
        self._unproved: list[tuple[int, str]] = []  # line, and who it names
        self._foreign_keys: set[str] = set()
        self._unusable: SetupError | None = None

    def read(self, fields: Mapping[str, Any]) -> None:
        """Take one line of the file."""
        if fields.get("verified") is not True or self._unusable is not None:
            return
        if int(fields["seq"]) < self._first:
            return
        try:
            if self._proofs.hold(fields):
                return
            proof = fields.get(PROOF)
            named = proof.partition(":")[0] if isinstance(proof, str) else None
            if named is not None and named not in self._proofs.key_ids:
                self._foreign_keys.add(named)
        except SetupError as error:
            self._unusable = error
            return
        self._unproved.append((int(fields["seq"]), str(fields["by"])))

    def problems(self) -> list[LedgerProblem]:
        """What to tell about the lines that were read."""
        if self._unusable is not None:
            return [
                LedgerProblem(
                    "unproved", literal(self._unusable.what), literal(self._unusable.remedy)
                )
            ]
        if not self._unproved:
            return []
        named = ", ".join(f"{line:,} ({by})" for line, by in self._unproved[:_MOST_NAMED])
        unproved = plural(
            "{n:,} line claims a signed-in person without a valid proof: {lines}{more}. It counts"
            " as identity unverified.",
            "{n:,} lines claim a signed-in person without a valid proof: {lines}{more}. They count"
            " as identity unverified.",
            len(self._unproved),
            lines=named,
            more=", …" if len(self._unproved) > _MOST_NAMED else "",
        )
        if self._foreign_keys:
            remedy = Message(
                "Some proofs are of the key {keys}. Restore it as a line of logs/state/keys/acts.key"
                " from a copy, then: trainweek ledger replay",
                keys=", ".join(sorted(self._foreign_keys)),
            )
        else:
            remedy = Message(
                "Ask these people: another program may have written it in their name. If all these"
                " lines are of an older trainweek, which wrote no proofs, set proofs_from in"
                " settings.yaml to the line after them."
            )
        return [LedgerProblem("unproved", unproved, remedy)]
