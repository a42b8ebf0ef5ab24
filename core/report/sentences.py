"""Sentences about a decision, shared by the memo's text and its HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.trust import integrity_of
from core.language import Message, joined, literal, plural, said
from core.market.bar_counts import counted_bars
from core.model_manifest import selected_on_validation
from core.model_selection import candidates as candidates_on_validation
from core.report.labels import AGENT, BASELINES, FAILED_CHECKS
from core.state_words import capitals
from core.trading.random_policies import better_than
from core.vocabulary import doubtful_go

if TYPE_CHECKING:
    from core.decision.record import DecisionRecord, RecordedDecision
    from core.json_model import Number
    from core.ledger_bodies.body import LedgerHead
    from core.report.speaker import Speaker
    from core.trading.baselines import Baseline
    from core.trading.grade import TrialCounts


MOST_CANDIDATES = 6  # named in a sentence; decision.json lists all


@dataclass(frozen=True)
class OwnLine:
    """The agent's line in the table of baselines."""

    exposure: float | None
    return_pct: float
    sharpe: Number | None
    max_drawdown_pct: Number | None
    calmar: Number | None

    @classmethod
    def of(cls, d: RecordedDecision) -> OwnLine:
        """From the decision's gates and facts."""
        return cls(
            d.facts.mean_exposure,
            d.facts.return_pct,
            d.gate("sharpe").value,
            d.gate("max_drawdown_pct").value,
            d.gate("calmar").value,
        )


def days(ends: tuple[str | None, str | None] | None) -> str:
    """First and last day of a range; empty if unknown."""
    if ends is None or ends[0] is None or ends[1] is None:
        return ""
    return f"{ends[0][:10]} - {ends[1][:10]}"


def changed_rules(d: RecordedDecision, v: Speaker) -> list[str]:
    """That other rules than the shipped playbook's decided, then each; empty if they did."""
    changes = d.playbook.rule_changes
    if not changes:
        return []
    heading = v.plural(
        "{n} rule differs from the playbook that comes with trainweek:",
        "{n} rules differ from the playbook that comes with trainweek:",
        len(changes),
    )
    return [heading, *(one.in_(v.language) for one in changes)]


def ledger_line(head: LedgerHead, v: Speaker) -> str:
    """Which line of the ledger was the last one when the memo was made; its hash follows."""
    return v.say("Ledger at line {line:,}", line=head.line)


def verdict(d: DecisionRecord, v: Speaker) -> str:
    """``PARTIAL 5/6``, with the grade of a GO on weak evidence and with failed checks."""
    grade = d.evidence.grade
    text = f"{d.decision.value} {d.score}"
    if doubtful_go(d.decision, grade):
        text += " " + v.say("on {grade} evidence", grade=capitals(grade))
    failed = [
        FAILED_CHECKS[name].in_(v.language)
        for name, passed in vars(integrity_of(d.trust)).items()
        if passed is False
    ]
    return f"{text}: {', '.join(failed)}" if failed else text


def advice(d: DecisionRecord, v: Speaker) -> str:
    """The playbook's recommendation; of a GO that could be luck it is that of the gates alone."""
    if not doubtful_go(d.decision, d.evidence.grade):
        return v.say("Recommendation: {what}.", what=d.recommendation)
    return v.say(
        "Recommendation of the gates alone: {what}. The evidence is {grade}: this result could be "
        "luck.",
        what=d.recommendation,
        grade=capitals(d.evidence.grade),
    )


def blocks(d: DecisionRecord, v: Speaker) -> str:
    """Block length of the intervals, and the Sharpe's interval at other block lengths."""
    others = ", ".join(
        f"{row.block_bars:.0f}: {v.numbers.interval(row.ci95['sharpe'])}"
        for row in d.uncertainty.by_block
    )
    bars, trades = d.uncertainty.block_bars, d.uncertainty.trade_block
    parts = [v.say("Intervals from blocks of {bars:.0f} bars", bars=bars)]
    if trades is not None:
        parts[0] = v.say(
            "Intervals from blocks of {bars:.0f} bars and {trades:.1f} trades",
            bars=bars,
            trades=trades,
        )
        if d.uncertainty.coverage is None:
            parts.append(v.say("drawdown and losing streak: of a new record of the same length"))
    if (coverage := d.uncertainty.coverage) is not None:
        parts.append(
            v.say("drawdown, Calmar and losing streak: of a new record of the same length")
        )
        parts.append(said(coverage, v.language))
    if others:
        parts.append(v.say("Sharpe by block length {others}", others=others))
    return "; ".join(parts)


def losing_run(d: DecisionRecord, v: Speaker) -> str:
    """The longest losing run that chance alone would give, and P(within the limit)."""
    return v.say(
        "Longest losing run expected by chance: {run}; P(within the gate's limit) = {chance}",
        run=v.numbers.plain(d.evidence.expected_longest_losing_run, 1),
        chance=v.numbers.chance(d.evidence.chance_of_longest_run),
    )


def trials(d: DecisionRecord, v: Speaker) -> str:
    """Number of trials for DSR, and how it was counted."""
    counts = d.evidence.n_trials
    if counts is None:
        return v.say("not counted")
    parts = [v.say("{n} counted by the ledger", n=counts.counted)]
    if counts.of_week is not None:
        parts.append(v.say("{n} of this week", n=counts.of_week))
    if counts.declared is not None:
        parts.append(v.say("{n} declared", n=counts.declared))
    listed = candidates(counts, v)
    return f"N={counts.used}: {', '.join(parts)}{f'; {listed}' if listed else ''}"


def candidates(counts: TrialCounts, v: Speaker) -> str:
    """The first counted candidates by name; empty if they are not listed."""
    if not counts.candidates:
        return ""
    names = joined((each.name() for each in counts.candidates[:MOST_CANDIDATES]), "; ")
    more = len(counts.candidates) - MOST_CANDIDATES
    rest = f"; {v.plural('{n} more', '{n} more', more)}" if more > 0 else ""
    return v.say("scored candidates: {names}{rest}", names=names, rest=rest)


def selection(d: DecisionRecord, v: Speaker) -> str:
    """The best candidates on validation, never trading among them; empty if not listed."""
    validation = d.model.validation
    won = selected_on_validation(validation)
    if won is None:
        return ""
    found = candidates_on_validation(validation)
    shown = [each for n, each in enumerate(found) if n < MOST_CANDIDATES or each.step is None]
    lines = [each.sentence() for each in shown]
    more = len(found) - len(shown)
    if more:
        lines.append(plural("{n} more", "{n} more", more))
    return said(joined([won, joined(lines, "; ")]), v.language)


def track_record(d: DecisionRecord, v: Speaker) -> str:
    """Days of record needed for PSR(0) of 95 %, and days available."""
    e = d.evidence
    if e.min_trl_days is None:
        return v.say("no length is enough, have {have:.0f} days", have=e.have_days)
    return v.say(
        "{needed:,.0f} days, have {have:.0f} days", needed=e.min_trl_days, have=e.have_days
    )


def compared(d: DecisionRecord, v: Speaker) -> list[tuple[str, OwnLine | Baseline]]:
    """The agent and the baselines, by name."""
    named = [(BASELINES[name].in_(v.language), line) for name, line in d.baselines.lines().items()]
    return [(AGENT.in_(v.language), OwnLine.of(d)), *named]


def among_random(d: DecisionRecord, v: Speaker) -> str:
    """The agent's percentile among random policies; empty if it never traded."""
    random = d.baselines.random
    if random is None:
        return ""
    if random.percentile is None:
        return said(random.not_compared or literal(""), v.language).rstrip(".")
    return v.say(
        "Better than {better} of random policies with the same number of trades and holding time; "
        "{share:.1%} of them would be a GO",
        better=better_than(random.percentile, random.n),
        share=random.share_go,
    )


def break_even(d: DecisionRecord, v: Speaker) -> str:
    """Costs per side at which the return is 0."""
    cost = d.robustness.break_even_cost_bps
    if cost is None:
        return v.say("no break-even cost: it earns nothing even without costs")
    return v.say("break-even cost per side {bps:.1f} bps", bps=cost)


def data_counts(d: DecisionRecord, v: Speaker) -> str:
    """``8,760 bars, 3 of them filled, 2 gaps``."""
    return ", ".join(
        [
            said(counted_bars(d.data.rows, d.data.filled), v.language),
            v.plural("{n:,} gap", "{n:,} gaps", d.data.gaps),
        ]
    )


def outside_training(d: DecisionRecord, v: Speaker) -> str:
    """Share of the bars on which the model extrapolates, and the features that leave most."""
    found = d.outside_training
    if found is None:
        none = Message("Bars outside the training range: not recorded by the training run")
        return said(none, v.language)
    text = Message("Bars outside the training range: {share:.1%}", share=found.share)
    if found.features:
        text = joined([text, joined(["(", found.named(), ")"], "")])
    return said(text, v.language)


def lapsed_line(d: DecisionRecord) -> str:
    """``2026-02-27 GO 6/6 VOID``; empty if no approval has lapsed."""
    gone = d.change.lapsed
    if gone is None:
        return ""
    return f"{gone.created_at[:10]} {gone.decision.value} {gone.score} {gone.standing}"


def live_limits_line(d: DecisionRecord, v: Speaker) -> str:
    """Size, stops and dates of a GO, in one sentence."""
    g, n = d.if_go, v.numbers
    times = g.times_capacity
    traded = "" if times is None else f" ({v.say('the record traded {n:.1f} times that', n=times)})"
    return v.say(
        "Largest order {order} USDT ({share:.1%} of the median hourly volume), capital up to "
        "{capital} USDT{traded}; stop at a drawdown of {drawdown} %, or at a daily loss of {loss} %; "
        "{days} on paper; next revalidation {next}",
        order=n.plain(g.order_cap_usdt, 0),
        share=g.participation,
        capital=n.plain(g.capital_cap_usdt, 0),
        traded=traded,
        drawdown=n.plain(g.max_drawdown_stop_pct, 1),
        loss=n.plain(g.daily_loss_stop_pct, 2),
        days=v.plural("{n} day", "{n} days", g.paper_days),
        next=g.next_revalidation,
    )
