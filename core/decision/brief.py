"""What a list of decisions shows of each: verified like the whole record, and kept small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.gate_record import ResampledGate
from core.decision.load import SavedDecision, files_of, read_decision
from core.kept_results import KeptResults

if TYPE_CHECKING:
    from pathlib import Path

    from core.gates import GateResult
    from core.vocabulary import Decision, EvidenceGrade


@dataclass(frozen=True)
class DecisionBrief:
    """A decision without its tables, series and sentences.

    :ivar created_at: real time, UTC, as recorded.
    :ivar run: training run of the model; None: the model does not say.
    :ivar gates: without their resampled distributions.
    """

    sha256: str
    created_at: str
    day: str
    week: str | None
    tag: str
    symbol: str
    decision: Decision
    score: str
    grade: EvidenceGrade
    gates: tuple[GateResult, ...]
    run: str | None
    step: int | None
    model_sha256: str
    data_sha256: str
    playbook_id: str
    playbook_sha256: str


_KEPT: KeptResults[DecisionBrief] = KeptResults(4_096)


def kept_brief(archive: Path) -> DecisionBrief:
    """The brief of an archived decision, read and verified again only when a file there changed.

    :raises InputError: no such decision.
    :raises IntegrityError: it was altered.
    """
    try:
        files = files_of(archive)
        return _KEPT.get(archive, files, lambda: brief_of(read_decision(archive)))
    except OSError:  # no folder, or a file went away between its listing and its stamp
        return brief_of(read_decision(archive))


def brief_of(saved: SavedDecision) -> DecisionBrief:
    """The brief of a decision that was read."""
    decided = saved.decision
    return DecisionBrief(
        sha256=saved.sha256,
        created_at=decided.created_at,
        day=decided.day,
        week=decided.week,
        tag=decided.tag,
        symbol=decided.symbol,
        decision=decided.decision,
        score=decided.score,
        grade=decided.evidence.grade,
        gates=tuple(_without_distribution(gate) for gate in decided.gates),
        run=decided.model.run,
        step=decided.model.step,
        model_sha256=decided.model.sha256,
        data_sha256=decided.data.sha256,
        playbook_id=decided.playbook.id,
        playbook_sha256=decided.playbook.sha256,
    )


def _without_distribution(gate: GateResult) -> GateResult:
    if isinstance(gate, ResampledGate):
        return gate.model_copy(update={"distribution": None})
    return gate
