"""Building a decision: the gates, their uncertainty, and what they were computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from core.decision.comparison import Basis, EarlierDecisions, change_since
from core.decision.documents import approval_line
from core.decision.gate_record import GateRecord, ResampledGate, with_uncertainty
from core.decision.inputs import CostsRecord, ModelRecord, PlaybookRecord, Unprepared
from core.decision.lookahead import fills_test
from core.decision.metrics_csv import metrics_csv
from core.decision.reason import reason_of
from core.decision.recipe import Siblings, of_recipe, recipe_record
from core.decision.record import (
    SCHEMA_VERSION,
    DecisionRecord,
    NextSteps,
    RecordFacts,
    with_sentences,
)
from core.decision.selection import selection_of
from core.decision.skill import skill_sections
from core.decision.trust import Checks, integrity_of, trust_section
from core.decision.warnings import find_warnings
from core.gates import GateResult, decide, score
from core.metrics.records import records_csv
from core.timestamps import iso
from core.trading.dials import dials
from core.trading.earnings import earnings
from core.trading.episodes import dispersion, episode_table, share_of_episodes_that_pass
from core.trading.evidence import Trials
from core.trading.forecast import forecast_of
from core.trading.live_limits import live_limits
from core.trading.outcome import Judge
from core.trading.power import measured_power
from core.trading.resampling import uncertainty
from core.trading.robustness import Stress, replay_error, robustness, stress

if TYPE_CHECKING:
    from datetime import date, datetime

    from core.decision.training_range import OutsideTraining
    from core.market.candles import Provenance
    from core.playbook import DecisionRule, Playbook
    from core.playbook.rule_changes import RuleChange
    from core.trading.backtest_record import BacktestRecord
    from core.trading.hold_out import Meter
    from core.trading.multiplicity import Multiplicity

STAGES = ("gates", "uncertainty", "skill", "robustness", "documents")
"""What :func:`build_decision` passes to ``on_stage``, in this order."""

OnStage = Callable[[str, Sequence[GateResult]], None]


@dataclass(frozen=True)
class Inputs:
    """What was tested, and by which rules.

    :ivar playbook_sha256: of the playbook's file.
    :ivar rule_changes: what differs in its rules from the playbook that comes with trainweek.
    :ivar data: provenance of the backtest candles.
    :ivar data_warnings: warnings of :func:`core.market.quality`.
    :ivar seeds: random seeds by what they drew.
    """

    playbook: Playbook
    playbook_sha256: str
    data: Provenance
    model: ModelRecord
    data_warnings: Sequence[str] = ()
    seeds: Mapping[str, int | None] = field(default_factory=dict)
    rule_changes: Sequence[RuleChange] = ()


@dataclass(frozen=True)
class Occasion:
    """When a decision is made.

    :ivar created_at: real moment of the revalidation.
    :ivar day: week day of the decision, in the document and the file names.
    :ivar week: id of the week; None outside of one.
    :ivar approval_at: week moment of the CTO's approval; None: the playbook's time on ``day``.
    """

    created_at: datetime
    day: date
    week: str | None = None
    approval_at: datetime | None = None


@dataclass(frozen=True)
class JobDetails:
    """What only the job that ran the backtest knows."""

    job_id: str
    trial: int
    reward_components: Mapping[str, float]
    start_capital: float
    max_exposure: float
    warm_up_bars: int
    versions: Mapping[str, str]
    numerics: Mapping[str, str] = field(default_factory=dict)
    outside_training: OutsideTraining | None = None
    unprepared: Unprepared | None = None
    hold_out: Meter | None = None
    multiplicity: Multiplicity | None = None


def build_decision(
    record: BacktestRecord,
    inputs: Inputs,
    occasion: Occasion,
    *,
    trials: Trials | None = None,
    checks: Checks | None = None,
    earlier: EarlierDecisions | None = None,
    job: JobDetails | None = None,
    siblings: Siblings | None = None,
    on_stage: OnStage | None = None,
) -> DecisionRecord:
    """Score a backtest and gather everything the decision rests on.

    :param trials: the candidates that were scored; None: one.
    :param checks: results of the checks that the job ran.
    :param earlier: decisions to compare with.
    :param siblings: sweeps of the model's recipe; None: not looked for.
    :param on_stage: called at the start of each of :data:`STAGES`, with the gates so far.
    :raises InputError: see :func:`core.gates.score` and :class:`BacktestRecord`.
    """
    begin = on_stage or (lambda stage, gates: None)
    playbook, settings = inputs.playbook, inputs.playbook.revalidation
    bars_per_year = settings.bars_per_year
    card = score(record.equity, record.trades, playbook.gates, playbook.decision, bars_per_year)
    begin("gates", card.gates)
    levels, track = record.levels, record.track  # bad records raise before long computations
    table = episode_table(record.equity, record.trades, playbook.gates, bars_per_year)
    begin("uncertainty", card.gates)
    draws = settings.bootstrap_repetitions
    doubt = uncertainty(record.returns, record.pnl, playbook.gates, bars_per_year, draws)
    resampled = with_uncertainty(card.gates, doubt)
    begin("skill", resampled)
    trust = trust_section(
        _with_fills(checks or Checks(), record),
        inputs.data,
        inputs.data_warnings,
        inputs.model,
        inputs.playbook_sha256,
        record.equity["time"],
    )
    recipe = None if siblings is None else recipe_record(siblings, card)
    others = None if job is None else job.multiplicity
    skill = skill_sections(
        record,
        card,
        playbook,
        trials or Trials(),
        integrity_of(trust),
        of_recipe(recipe, others),
    )
    selected = selection_of(skill.evidence, recipe, others)
    power = measured_power(
        track,
        levels,
        record.costs,
        playbook.gates,
        playbook.decision,
        bars_per_year,
        settings.bootstrap_repetitions,
    )
    begin("robustness", resampled)
    judge = Judge(playbook.gates, playbook.decision, bars_per_year)
    strained = stress(track, levels, record.costs, judge)
    gates = _stressed(resampled, strained)
    begin("documents", gates)
    drawdown = next(gate for gate in gates if gate.id == "max_drawdown_pct")
    rule = decide(card.passed, playbook.decision)
    code = None if trust.code is None else trust.code.tree_sha256
    basis = Basis(
        inputs.model.sha256,
        inputs.data.sha256,
        inputs.playbook_sha256,
        code,
        card.gates,
        trained_with=inputs.model.numerics or {},
        revalidated_with={} if job is None else job.numerics,
    )
    artifacts = {
        "equity.csv": _sha256(records_csv(record.equity)),
        "trades.csv": _sha256(records_csv(record.trades)),
        "metrics.csv": _sha256(metrics_csv(table)),
    }
    tested = (inputs.model.sha256, inputs.data.sha256, inputs.playbook_sha256)
    rests_on = (*artifacts.values(), *tested)
    decision = DecisionRecord(
        schema_version=SCHEMA_VERSION,
        decision=card.decision,
        score=card.score,
        gates_passed=card.passed,
        recommendation=rule.recommendation,
        reason=reason_of(gates),
        next_steps=_next_steps(occasion, rule, playbook),
        day=occasion.day.isoformat(),
        week=occasion.week,
        tag=playbook.tag,
        symbol=playbook.symbol,
        interval=playbook.interval,
        created_at=iso(occasion.created_at),
        gates=gates,
        uncertainty=doubt.record(),
        evidence=skill.evidence,
        facts=RecordFacts(**dict(card.facts), mean_exposure=record.mean_exposure),
        baselines=skill.baselines,
        earning=earnings(
            record.equity,
            record.trades,
            levels,
            strained.same,
            pd.Timedelta(playbook.interval),
            bars_per_year,
        ),
        robustness=robustness(record, strained, table, bars_per_year),
        dials=dials(track, levels, record.costs, judge, strained, card.gates),
        power=power,
        forecast=forecast_of(record, playbook.gates, bars_per_year, rests_on, draws, selected),
        recipe=recipe,
        trust=trust,
        if_go=live_limits(
            record.curve,
            record.bars,
            float(abs(levels).max()) if len(levels) else 0.0,
            drawdown.threshold,
            drawdown.ci95,
            settings,
            occasion.day,
        ),
        episodes=table,
        dispersion=dict(dispersion(table, playbook.gates)),
        episodes_that_pass=share_of_episodes_that_pass(table, playbook.gates),
        data=inputs.data,
        model=inputs.model,
        playbook=_playbook(inputs),
        costs=CostsRecord.of(record.costs),
        seeds=dict(inputs.seeds),
        conventions=card.conventions,
        artifacts=artifacts,
        change=change_since(earlier or EarlierDecisions(), basis),
        warnings=(),
    ).model_copy(update=_of_job(job, trust.reproducible))
    found = _unique([*find_warnings(decision), *trust.data_quality.warnings])
    return with_sentences(decision.model_copy(update={"warnings": found}))


def _playbook(inputs: Inputs) -> PlaybookRecord:
    named = {"rule_changes": tuple(inputs.rule_changes)} if inputs.rule_changes else {}
    return PlaybookRecord(id=inputs.playbook.id, sha256=inputs.playbook_sha256, **named)


def _with_fills(checks: Checks, record: BacktestRecord) -> Checks:
    """The look-ahead tests that the job ran, and the one of the recorded fills."""
    tests = checks.lookahead
    if tests is None or tests.fills is not None:
        return checks
    fills = fills_test(replay_error(record), len(record.levels))
    return replace(checks, lookahead=tests.model_copy(update={"fills": fills}))


def _stressed(gates: Sequence[ResampledGate], strained: Stress) -> tuple[GateRecord, ...]:
    doubled = strained.doubled.gates
    return tuple(GateRecord(**dict(gate), costs_x2=doubled[gate.id]) for gate in gates)


def _next_steps(occasion: Occasion, rule: DecisionRule, playbook: Playbook) -> NextSteps:
    planned = playbook.slots_of_kind("approval")[0].on(occasion.day)
    return NextSteps(
        line=approval_line(occasion.day, occasion.approval_at or planned),
        en=rule.next_steps.en,
        pt=rule.next_steps.pt,
    )


def _unique(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _of_job(job: JobDetails | None, reproducible: bool | None) -> dict[str, object]:
    return {} if job is None else {**vars(job), "reproducible": reproducible}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
