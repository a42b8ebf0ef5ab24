"""What came true of decisions: their paper records, and how good forecasts and signers were."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.decision import read_decision
from core.errors import TrainweekError
from core.kept_results import KeptResults
from core.timestamps import parse_moment
from core.trading.claims import Claim, claim_of, known_before, over_before, skill
from core.trading.paper import RECORD, PaperRecord
from core.trading.paper_check import checked_paper, paper_at
from core.trading.scores import Outcome, Scores, scores
from core.vocabulary import APPROVALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.asked_moment import AskedMoment
    from core.ledger_bodies import DecisionFollowed
    from core.paths import Home
    from core.trading.forecast import Forecast
    from runner.client.signatures.archived_decisions import ArchivedDecision

_KEPT: KeptResults[tuple[DecisionFollowed | None, PaperRecord | None]] = KeptResults(1_024)
_FORECASTS: KeptResults[Forecast | None] = KeptResults(1_024)


def paper_record(
    home: Home, sha256: str, shown: AskedMoment | None, line: DecisionFollowed | None = None
) -> PaperRecord | None:
    """The paper record of a decision, at a past moment the newest that was made by then.

    :param line: the ledger's newest one about it.
    :raises IntegrityError: it is damaged, or not what the ledger says; None: there is none.
    """
    folder = home.paper(sha256)
    if shown is not None:
        return paper_at(folder, shown.real, line)
    if not (folder / RECORD).is_file():
        return checked_paper(folder, line)
    files = [folder / RECORD, *sorted(folder.glob("*.csv"))]
    known, found = _KEPT.get(folder, files, lambda: (line, checked_paper(folder, line)))
    return found if known == line else checked_paper(folder, line)


def _forecast(home: Home, sha256: str) -> Forecast | None:
    """The forecast of a decision; None: it has none, or its archive is not reliable."""
    folder = home.revalidation_archive / sha256
    try:
        return _FORECASTS.get(
            folder, [folder / "decision.json"], lambda: read_decision(folder).decision.forecast
        )
    except (OSError, TrainweekError):
        return None


@dataclass(frozen=True)
class Signer:
    """What came true of a person's acts, whose outcome is known; each act is a claim of its own.

    :ivar held: of the approvals.
    :ivar rejected_held: of the rejections: the model kept to its forecast all the same.
    :ivar skill: Brier skill against the forecast's own chance; None: nothing tells them apart yet.
    :ivar late: acts at which the outcome was known: they claim nothing.
    """

    name: str
    approved: int
    held: int
    rejected: int
    rejected_held: int
    skill: float | None
    late: int = 0


@dataclass(frozen=True)
class TrackRecord:
    """How good machine and signers were.

    :ivar machine: of the chances of each gate, over decisions whose days have all come.
    :ivar running: decisions that are followed and not over.
    :ivar late: of those that are over, with days that were over before the decision was made.
    :ivar damaged: why a record can't be used.
    """

    machine: Scores | None
    signers: tuple[Signer, ...]
    over: int
    running: int
    late: int = 0
    damaged: tuple[TrainweekError, ...] = ()


@dataclass
class _Acts:
    """A signer's acts on decisions that were followed."""

    claims: list[Claim] = field(default_factory=list)
    late: int = 0


def track_record(
    home: Home,
    found: Iterable[ArchivedDecision],
    shown: AskedMoment | None,
    lines: Mapping[str, DecisionFollowed],
) -> TrackRecord:
    """Of all signed decisions that were followed on paper.

    :param lines: the ledger's newest one about each decision's replay.
    """
    outcomes: list[list[Outcome]] = []
    people: dict[str, _Acts] = {}
    damaged: list[TrainweekError] = []
    over = running = late = 0
    for one in found:
        if not one.signatures:
            continue
        try:
            record = paper_record(home, one.sha256, shown, lines.get(one.sha256))
        except TrainweekError as error:
            damaged.append(error)
            continue
        if record is None or (forecast := _forecast(home, one.sha256)) is None:
            continue
        over, running = over + record.complete, running + (not record.complete)
        if record.complete and one.brief is not None:
            if over_before(record, parse_moment(one.brief.created_at)):
                late += 1
            else:
                stated = forecast.gates  # as it was decided: the record only repeats it
                outcomes.append(
                    [(stated.get(name, 0.0), gate.passed) for name, gate in record.gates.items()]
                )
        for act in one.signatures:
            mine = people.setdefault(act.by, _Acts())
            holds = act.act in APPROVALS
            if known_before(record, act.at):
                mine.late += 1
            elif (claim := claim_of(record, act.at, holds, forecast.level)) is not None:
                mine.claims.append(claim)
    signers = (_signer(name, people[name]) for name in sorted(people))
    told = tuple(each for each in signers if each is not None)
    return TrackRecord(scores(outcomes), told, over, running, late, tuple(damaged))


def _signer(name: str, acts: _Acts) -> Signer | None:
    if not acts.claims and not acts.late:
        return None
    approved = [claim.held for claim in acts.claims if claim.holds]
    rejected = [claim.held for claim in acts.claims if not claim.holds]
    return Signer(
        name,
        len(approved),
        sum(approved),
        len(rejected),
        sum(rejected),
        skill(acts.claims),
        acts.late,
    )
