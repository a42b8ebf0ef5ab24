"""Which decision is followed on paper, and what refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from runner.client.base import BaseClient
from runner.outcomes import Refused
from runner.store import record_queries
from runner.store.approvals import approved_decisions, is_signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from core.job_params import PaperParams
    from core.ledger_bodies import DecisionFollowed
    from core.paths import Home
    from runner.records import DecisionLine

_SIGN = Message("The CTO signs on the page Decision.")


class Followed(BaseClient):
    """Reads which decision new candles are for."""

    def followed(self) -> dict[str, DecisionFollowed]:
        """The newest line about each decision's replay, by the decision's hash."""
        with self.store.read() as connection:
            return followed_by(record_queries.decision_lines(connection))

    def approved_decision(self) -> str | None:
        """Hash of the decision that was approved last in the shown week's place; None: none was."""
        with self.store.read() as connection:
            week = self._looked_at(connection)
            return approved_decisions(connection).get(None if week is None else week.place)


def followed_by(lines: Iterable[DecisionLine]) -> dict[str, DecisionFollowed]:
    """The newest line about each decision's replay, by the decision's hash."""
    from core.ledger_bodies import DecisionFollowed

    return {
        line.body.revalidation_sha256: line.body
        for line in lines
        if isinstance(line.body, DecisionFollowed)
    }


def refused_paper(connection: Connection, home: Home, asked: PaperParams) -> Refused | None:
    """The refusal to follow a decision that is not archived, or that nobody signed."""
    if not (home.revalidation_archive / asked.decision).is_dir():
        return Refused(
            Message("There is no decision {sha256}.", sha256=asked.decision[:12]),
            Message("List them: trainweek decision history"),
        )
    if not is_signed(connection, asked.decision):
        return Refused(
            Message("The decision {sha256} is not signed.", sha256=asked.decision[:12]), _SIGN
        )
    return None
