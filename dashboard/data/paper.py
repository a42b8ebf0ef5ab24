"""What came true of decisions: their paper records, and how good forecasts and signers were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.kept_results import KeptResults
from core.timestamps import parse_moment
from core.trading.paper import RECORD, PaperRecord, read_paper
from core.trading.scores import Scores, scores
from core.vocabulary import APPROVALS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.asked_moment import AskedMoment
    from core.paths import Home
    from runner.client.signatures.archived_decisions import ArchivedDecision

_KEPT: KeptResults[PaperRecord | None] = KeptResults(1_024)


def paper_record(home: Home, sha256: str, shown: AskedMoment | None) -> PaperRecord | None:
    """The paper record of a decision; None: none, or made after the shown moment, or damaged."""
    folder = home.paper(sha256)
    file = folder / RECORD
    if not file.is_file():
        return None
    try:
        found = _KEPT.get(folder, [file], lambda: read_paper(folder))
    except (OSError, TrainweekError):
        return None
    if found is None or (shown is not None and parse_moment(found.made_at) > shown.real):
        return None
    return found


@dataclass(frozen=True)
class Signer:
    """What came true of a person's signatures, whose outcome is known.

    :ivar held: of the approvals.
    :ivar rejected_held: of the rejections: the model kept to its forecast all the same.
    :ivar brier: an approval claims 100 % that it holds, a rejection 0 %.
    """

    name: str
    approved: int
    held: int
    rejected: int
    rejected_held: int
    brier: float


@dataclass(frozen=True)
class TrackRecord:
    """How good machine and signers were.

    :ivar machine: of the chances of each gate, over decisions whose days have all come.
    :ivar running: decisions that are followed and not over.
    """

    machine: Scores | None
    signers: tuple[Signer, ...]
    over: int
    running: int


def track_record(
    home: Home, found: Iterable[ArchivedDecision], shown: AskedMoment | None
) -> TrackRecord:
    """Of all signed decisions that were followed on paper."""
    outcomes: list[tuple[float, bool]] = []
    claims: dict[str, list[tuple[bool, bool]]] = {}
    over = running = 0
    for one in found:
        if not one.signatures:
            continue
        record = paper_record(home, one.sha256, shown)
        if record is None:
            continue
        over, running = over + record.complete, running + (not record.complete)
        if record.complete:
            outcomes += [(gate.chance, gate.passed) for gate in record.gates.values()]
        if record.held is not None and one.signature is not None:
            claim = one.signature.act in APPROVALS
            claims.setdefault(one.signature.by, []).append((claim, record.held))
    people = tuple(_signer(name, claims[name]) for name in sorted(claims))
    return TrackRecord(scores(outcomes), people, over, running)


def _signer(name: str, claims: list[tuple[bool, bool]]) -> Signer:
    approved = [held for claim, held in claims if claim]
    rejected = [held for claim, held in claims if not claim]
    scored = scores([(float(claim), held) for claim, held in claims])
    assert scored is not None  # a signer has a claim
    return Signer(name, len(approved), sum(approved), len(rejected), sum(rejected), scored.brier)
