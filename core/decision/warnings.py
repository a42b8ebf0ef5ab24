"""Warnings about a decision, for its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.lookahead import detail_of
from core.language import Message, joined, plural
from core.market.file_rules import SYNTHETIC
from core.model_manifest import lost_on_validation, often_lost_on_validation
from core.state_words import capitals, word_of
from core.trading.grade import reasons_of
from core.vocabulary import DOUBTFUL_GRADES, Decision, EvidenceGrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.decision.record import DecisionRecord
    from core.metrics.tail_shape import TailShape

MUCH_FORCED = 0.1  # of the net result, in money: what a position closed by force earned or lost
LUCKY = 0.05  # share of random policies that would be a GO on the same bars


def find_warnings(decision: DecisionRecord) -> list[Message]:
    """Sentences with their numbers, the most serious first; empty if there are none."""
    return [
        *_about_validation(decision),
        *_about_trust(decision),
        *_about_preparation(decision),
        *_about_evidence(decision),
        *_about_data(decision),
        *_about_training_range(decision),
        *_about_gates(decision),
        *_about_baselines(decision),
        *_about_stress(decision),
        *_about_capacity(decision),
    ]


def doubt(grade: EvidenceGrade) -> Message:
    """The warning about a low evidence grade."""
    return Message("The evidence is {grade}.", grade=capitals(grade))


def _about_validation(decision: DecisionRecord) -> Iterator[Message]:
    """The best of its training run, and still worse than never trading; or one of few that earned."""
    validation = decision.model.validation
    if (lost := lost_on_validation(validation)) is not None:
        yield lost
    sharpe = decision.gate("sharpe").value
    if (often := often_lost_on_validation(validation, sharpe)) is not None:
        yield often


def _about_trust(decision: DecisionRecord) -> Iterator[Message]:
    """Failed checks that make the record unreliable, whatever its gates say."""
    trust = decision.trust
    tests = [] if trust.lookahead is None else [test for _, test in trust.lookahead.tests()]
    for test in tests:
        if test.passed is False:
            yield Message("Look-ahead test failed. {detail}", detail=detail_of(test))
    if trust.reproducible is False:
        yield Message("The backtest gave different numbers in a second run.")
    if trust.overlap == "overlap":
        yield Message(
            "Backtest data start {first}, before the training data end ({last}).",
            first=decision.data.first,
            last=decision.model.trained_until,
        )
    for test in tests:
        if test.passed is None:
            yield Message("Look-ahead not tested. {detail}", detail=detail_of(test))
    if not tests:
        yield Message("Look-ahead was not tested.")


def _about_preparation(decision: DecisionRecord) -> Iterator[Message]:
    if (started := decision.unprepared) is not None:
        yield Message(
            "Revalidated although the preparation had not passed. {by}: {reason}",
            by=started.by,
            reason=started.reason,
        )


def _about_evidence(decision: DecisionRecord) -> Iterator[Message]:
    grade = decision.evidence.grade
    if grade not in DOUBTFUL_GRADES:
        return
    first = doubt(grade)
    if decision.decision is Decision.GO:
        first = Message("A GO with {grade} evidence does not prove skill.", grade=capitals(grade))
    yield joined([first, *reasons_of(decision.evidence)])


def _about_data(decision: DecisionRecord) -> Iterator[Message]:
    if decision.data.synthetic:
        yield SYNTHETIC
    if decision.model.trained_until is None:
        yield Message("The model's training range is unknown: an overlap can't be excluded.")


def _about_training_range(decision: DecisionRecord) -> Iterator[Message]:
    """Bars on which the model had to extrapolate; nothing if its range is not recorded."""
    outside = decision.outside_training
    if outside is not None and (found := outside.warning()) is not None:
        yield found


def _about_gates(decision: DecisionRecord) -> Iterator[Message]:
    facts = decision.facts
    for gate in decision.gates:
        if gate.value is None:
            yield Message(
                "{name} is undefined ({status}); a gate without a value does not pass.",
                name=gate.name,
                status=word_of(gate.status),
            )
    sharpe = decision.gate("sharpe")
    hourly, daily, limit = sharpe.value, facts.sharpe_daily, sharpe.threshold
    if hourly is not None and daily is not None and (hourly >= limit) != (daily >= limit):
        yield Message(
            "The Sharpe gate depends on the convention: {hourly:.4f} per bar, {daily:.4f} per "
            "day, limit {limit:g}.",
            hourly=hourly,
            daily=daily,
            limit=limit,
        )
    if facts.calmar_extrapolated and decision.gate("calmar").value is not None:
        yield Message(
            "Calmar extrapolates {days:.3g} days to a year.", days=facts.calmar_window_days
        )
    expected, trades = facts.expected_longest_losing_run, facts.trades
    longest = decision.gate("consecutive_losses").threshold
    if expected is not None and expected > longest:
        yield plural(
            "With {n:,} trade at this loss rate, chance alone gives a longest losing run of about "
            "{expected:.0f}; the limit is {limit:g}.",
            "With {n:,} trades at this loss rate, chance alone gives a longest losing run of about "
            "{expected:.0f}; the limit is {limit:g}.",
            trades or 0,
            expected=expected,
            limit=longest,
        )
    yield from _about_tail(facts.tail)
    yield from _about_held_losses(decision)


def _about_held_losses(decision: DecisionRecord) -> Iterator[Message]:
    """What win rate and losing streak don't see: losses that are not closed."""
    earning, held = decision.earning, decision.earning.held_losses
    if held is None:  # a record of an earlier version, whose episodes ended by force
        return
    net, forced = earning.long.pnl + earning.short.pnl, earning.forced_exits_pnl
    if earning.forced_exits and abs(forced) > MUCH_FORCED * abs(net):
        yield Message(
            "Positions closed by force ({n}): {forced:+,.2f} USDT, beside a net result of "
            "{net:+,.2f} USDT.",
            n=earning.forced_exits,
            forced=forced,
            net=net,
        )
    passed = decision.gate("win_rate_pct").passed or decision.gate("consecutive_losses").passed
    if held.holds_losers and passed:
        yield Message(
            "Losing positions are held, not closed: the worst open loss was {worst:,.2f} USDT "
            "({wins:.1f} mean wins), held for {bars:,.0f} bars where winning positions take "
            "{usual:,.0f}. Win rate and losing streak don't count a loss before it is closed.",
            worst=held.worst_open_loss,
            wins=held.worst_in_mean_wins or 0.0,
            bars=held.worst_held_bars,
            usual=held.median_win_bars or 0.0,
        )


def _about_tail(tail: TailShape | None) -> Iterator[Message]:
    """Short-volatility shapes: many small wins, and a loss that is rare or has not come yet."""
    if tail is None or tail.worst_in_mean_wins is None or tail.profit_in_mean_wins is None:
        return
    if tail.rare_large_losses:
        yield Message(
            "Short-volatility shape: {win:.0%} of the trades won, but the worst loss is "
            "{worst:.1f} mean wins (skew {skew:.1f}). Rare losses decide the result; a record "
            "with few of them looks better than the strategy is.",
            win=tail.win_rate,
            worst=tail.worst_in_mean_wins,
            skew=tail.skew or 0.0,
        )
    elif tail.unseen_losses:
        yield Message(
            "Short-volatility shape: {win:.0%} of {n:,} trades won, losses: {losses}. That is too "
            "few to show how large a loss can be: one that happens in {share:.1%} of the trades "
            "can be missing from this record, and a loss of {profit:.0f} mean wins would erase "
            "its profit.",
            win=tail.win_rate,
            n=tail.trades,
            losses=tail.losses,
            share=tail.unseen_share,
            profit=max(0.0, tail.profit_in_mean_wins),
        )


def _about_baselines(decision: DecisionRecord) -> Iterator[Message]:
    agent, fair = decision.facts.return_pct, decision.baselines.exposure_matched
    if agent <= 0:
        yield Message(
            "The agent lost {lost:.2f} %; staying out of the market would have lost nothing.",
            lost=abs(agent),
        )
    elif fair is not None and agent <= fair.return_pct:
        yield Message(
            "Buy and hold at the agent's mean exposure ({exposure:.1%}) earned {fair:.2f} %, the "
            "agent {agent:.2f} %.",
            exposure=fair.exposure,
            fair=fair.return_pct,
            agent=agent,
        )
    random = decision.baselines.random
    if random is not None and random.share_go > LUCKY:
        yield Message(
            "{share:.1%} of the random policies would be a GO on these bars: the gates alone don't "
            "separate skill from luck here.",
            share=random.share_go,
        )


def _about_stress(decision: DecisionRecord) -> Iterator[Message]:
    robust = decision.robustness
    if decision.facts.return_pct <= 0:
        return
    doubled = robust.costs[0]
    worse = int(doubled.score.split("/")[0]) < decision.gates_passed
    if worse and doubled.decision != decision.decision:
        yield Message(
            "With doubled costs the decision would be {decision} ({score}).",
            decision=doubled.decision.value,
            score=doubled.score,
        )
    own = decision.gate("sharpe").value
    late = None if robust.delay_one_bar is None else robust.delay_one_bar.gates["sharpe"].value
    if own is not None and late is not None and late < own / 2:
        yield Message(
            "With fills one bar later, the Sharpe ratio falls from {own:.2f} to {late:.2f}: the "
            "edge depends on an immediate fill.",
            own=own,
            late=late,
        )
    rest = robust.return_without_top5_pct
    if rest is not None and rest <= 0:
        yield Message(
            "Without its five best trades the record loses {loss:.2f} %.",
            loss=-rest,
        )


def _about_capacity(decision: DecisionRecord) -> Iterator[Message]:
    """The record's capital beside what the market's volume allows."""
    limits = decision.if_go
    times, cap, capital = limits.times_capacity, limits.capital_cap_usdt, limits.record_capital_usdt
    if times is None or cap is None or capital is None or times <= 1.0:
        return
    yield Message(
        "The record trades with {capital:,.0f} USDT, {times:.1f} times the {cap:,.0f} USDT that the "
        "volume allows (an order of at most {share:g} % of the median hourly volume): larger orders "
        "move the price, so its fills are too good. Go live with at most {cap:,.0f} USDT, or "
        "revalidate with higher slippage.",
        capital=capital,
        times=times,
        cap=cap,
        share=100.0 * limits.participation,
    )
