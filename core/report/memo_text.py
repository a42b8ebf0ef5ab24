"""The decision memo as text: the manual's document to the letter, then ours below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.documents import SYMBOLS, decision_text
from core.decision.sentences import Sentences, sentences_in
from core.report.labels import DIALS, LOOKAHEAD_TESTS, OVERLAP, part_label
from core.report.lines import folded, heading, in_a_line
from core.report.sentences import (
    advice,
    among_random,
    blocks,
    break_even,
    changed_rules,
    compared,
    data_counts,
    days,
    lapsed_line,
    ledger_line,
    live_limits_line,
    losing_run,
    outside_training,
    selection,
    track_record,
    trials,
    verdict,
)
from core.report.speaker import Speaker
from core.report.what_it_shows import what_it_shows
from core.state_words import capitals

if TYPE_CHECKING:
    from core.decision.change import ComparedDecision
    from core.decision.gate_record import GateRecord
    from core.decision.record import DecisionRecord
    from core.ledger_bodies.body import LedgerHead
    from core.trading.outcome import Outcome


def memo_text(
    decision: DecisionRecord, language: str = "en", head: LedgerHead | None = None
) -> str:
    """One page of text; ends with a newline. The same decision gives the same text.

    :param language: ``en`` or ``pt``; another one gives English.
    :param head: the ledger's last line when the memo was made.
    """
    v, sentences = Speaker(language), sentences_in(decision, language)
    signature, reason = v.say("Signature"), v.say("Override reason")
    parts = [
        _head(decision, sentences, v),
        _gates(decision, v),
        _skill(decision, v),
        _earning(decision, v),
        _breaks(decision, v),
        _trust(decision, v),
        _change(decision, v),
        _if_go(decision, v),
        _warnings(sentences, v),
        "" if head is None else f"{ledger_line(head, v)}: {head.sha256}",
        f"{signature}: {'_' * 30}   {reason}: {'_' * 30}",
    ]
    return decision_text(decision) + "\n" + "\n".join(part for part in parts if part) + "\n"


def _head(d: DecisionRecord, sentences: Sentences, v: Speaker) -> str:
    name, model = v.say("Revalidation").upper(), v.say("Model").lower()
    title = f"{name} {d.day}  {d.symbol} {d.interval}  {model} {d.model.sha256[:12]}"
    evidence = v.say("Evidence")
    synthetic = [v.say("Synthetic market data, not exchange data")] if d.data.synthetic else []
    return "\n".join(
        [
            *in_a_line(title, f"[ {verdict(d, v)} ]"),
            *synthetic,
            *(line for text in changed_rules(d, v) for line in folded(f"! {text}")),
            *folded(f"{advice(d, v)} {sentences.reason}"),
            *folded(
                f"{evidence}: {capitals(d.evidence.grade).in_(v.language)}. {' '.join(sentences.grade_reasons)}"
            ),
        ]
    )


def _gates(d: DecisionRecord, v: Speaker) -> str:
    n = v.numbers
    title, value, limit = heading(1, v.say("Gates")), v.say("Value"), v.say("Limit")
    margin, interval, costs = v.say("Margin"), v.say("95% interval"), v.say("Costs x2")
    rows = [f"{title:<22}{value:>12}{limit:>10}{margin:>10}{interval:>20}{'P(pass)':>9}  {costs}"]
    for gate in d.gates:
        value = gate.status.value if gate.value is None else n.plain(gate.value, 4)
        limit = f"{SYMBOLS[gate.op]} {n.short(gate.threshold)}"
        mark = "PASS" if gate.passed else "FAIL"
        rows.append(
            f"  {mark} {gate.short + (' %' if gate.unit == '%' else ''):<18}{value:>9}"
            f"{limit:>10}{n.plain(gate.margin, 2, sign=True):>10}{n.interval(gate.ci95, gate.value):>20}"
            f"{n.chance(gate.p_pass):>9}  {_stressed(gate, v)}"
        )
    rows += [*folded(blocks(d, v), "  "), *folded(losing_run(d, v), "  ")]
    return "\n".join(rows)


def _stressed(gate: GateRecord, v: Speaker) -> str:
    stressed = gate.costs_x2
    if stressed is None:
        return "n/a"
    return f"{v.numbers.plain(stressed.value, 2)} {'PASS' if stressed.passed else 'FAIL'}"


def _skill(d: DecisionRecord, v: Speaker) -> str:
    e, n, growth = d.evidence, v.numbers, v.say("Return, %")
    figures = v.say(
        "Sharpe of daily returns {daily}, of bars {bars}; lag-1 autocorrelation of bars {lag1}, "
        "of trade results {trades}; effective bars {effective}",
        daily=n.plain(e.sharpe_daily, 4),
        bars=n.plain(e.sharpe_hourly, 4),
        lag1=n.plain(e.lag1, 3),
        trades=n.plain(d.facts.trades_lag1, 3),
        effective=n.plain(e.effective_bars, 0),
    )
    lines = [
        heading(2, v.say("Is it skill?")),
        *folded(
            f"PSR(0) {n.chance(e.psr0)} | PSR(1) {n.chance(e.psr1)} | DSR {n.chance(e.dsr)} "
            f"({trials(d, v)}) | MinTRL {track_record(d, v)}",
            "  ",
        ),
        *(line for text in (figures, selection(d, v)) for line in folded(text, "  ")),
    ]
    lines += [
        f"    {name:<46}{growth} {n.plain(line.return_pct, 2):>8}  Sharpe "
        f"{n.plain(line.sharpe, 2):>6}  Max DD {n.plain(line.max_drawdown_pct, 2):>6} %"
        for name, line in compared(d, v)
    ]
    if rank := among_random(d, v):
        lines += folded(rank, "  ")
    lines += [line for text in what_it_shows(d, v) for line in folded(text, "  ")]
    return "\n".join(lines)


def _earning(d: DecisionRecord, v: Speaker) -> str:
    e, r, n = d.earning, d.robustness, v.numbers
    held = e.held_losses
    text = v.say(
        "{trades}, mean exposure {exposure}, turnover per year {turnover}, mean holding time "
        "{hold} bars, fees {fees} of the gross result, {break_even}, five best trades {top5} of "
        "the result, long {long} ({long_pnl} USDT), short {short} ({short_pnl} USDT), {forced}, payoff "
        "ratio {payoff}, longest holding time {longest} bars, worst open loss {worst} USDT",
        trades=v.plural("{n} round trip", "{n} round trips", e.trades),
        exposure=n.percent(e.exposure),
        turnover=n.plain(e.turnover, 1),
        hold=n.plain(e.avg_hold_bars, 1),
        fees=n.percent(e.fees_share_of_gross),
        break_even=break_even(d, v),
        top5=n.percent(r.top5_share),
        long=e.long.trades,
        long_pnl=n.plain(e.long.pnl, 0, sign=True),
        short=e.short.trades,
        short_pnl=n.plain(e.short.pnl, 0, sign=True),
        forced=v.say(
            "closed by force: {n} ({pnl} USDT)",
            n=e.forced_exits,
            pnl=n.plain(e.forced_exits_pnl, 0, sign=True),
        ),
        payoff=n.plain(held.payoff_ratio if held else None, 2),
        longest=n.plain(held.longest_hold_bars if held else None, 0),
        worst=n.plain(held.worst_open_loss if held else None, 0),
    )
    return "\n".join([heading(3, v.say("How it earns")), *folded(text, "  ")])


def _breaks(d: DecisionRecord, v: Speaker) -> str:
    r, n = d.robustness, v.numbers
    market, fee, slippage = v.say("market"), v.say("fee"), v.say("slippage")
    fees = ", ".join(f"x{f.multiple:g} {_short(f, v)}" for f in r.fees)
    slips = ", ".join(f"{s.slippage_bps:g} bps {_short(s, v)}" for s in r.slippage)
    parts = [
        f"{part_label(part.label, v.language)} {n.plain(part.return_pct, 2, sign=True)}% "
        f"({market} {n.plain(part.market_return_pct, 0, sign=True)}%)"
        for part in (*r.quarters, *r.regimes)
    ]
    lines = [
        heading(4, v.say("Where it breaks")),
        *folded(f"{fee} {fees}; {slippage} {slips}", "  "),
        *folded("; ".join(parts), "  "),
        *folded(_dials(d, v), "  "),
    ]
    ends = []
    if worst := r.worst_episode:
        ends.append(
            v.say(
                "worst episode {number}: {change:+.2f}%",
                number=worst.episode,
                change=worst.return_pct,
            )
        )
    if late := r.delay_one_bar:
        ends.append(v.say("filled one bar later {outcome}", outcome=_short(late, v)))
    return "\n".join([*lines, f"  {'; '.join(ends)}"]).rstrip()


def _dials(d: DecisionRecord, v: Speaker) -> str:
    """The settings that change the decision."""
    flips = [
        f"{DIALS[dial.setting].in_(v.language)} {dial.value:g}: {dial.decision.value} "
        f"({dial.gates_passed}/{len(d.gates)})"
        for dial in d.dials or ()
        if dial.decision != d.decision
    ]
    return v.say("Dials that change the decision: {dials}", dials="; ".join(flips) or v.say("none"))


def _short(outcome: Outcome, v: Speaker) -> str:
    """Sharpe and score under other assumptions."""
    return f"{v.numbers.plain(outcome.gates['sharpe'].value, 2)} ({outcome.score})"


def _trust(d: DecisionRecord, v: Speaker) -> str:
    t, unknown = d.trust, v.say("unknown")
    trained, scored = t.ranges.training, t.ranges.scored
    answers = {True: v.say("yes"), False: v.say("NO"), None: unknown}
    tests = [] if t.lookahead is None else t.lookahead.tests()
    found = ", ".join(
        f"{LOOKAHEAD_TESTS[name].in_(v.language)} {answers[test.passed]}" for name, test in tests
    )
    text = v.say(
        "Data: {data} ({data_sha}); trained on {trained}, scored {scored}, overlap: {overlap}; "
        "look-ahead tests: {lookahead}; costs per side: fee {fee:g} + slippage {slippage:g} bps; "
        "conventions {conventions}; code {code}; playbook {playbook}; reproducible: {reproducible}",
        data=data_counts(d, v),
        data_sha=t.hashes.data[:12],
        trained=days(trained) or unknown,
        scored=days(scored) or unknown,
        overlap=OVERLAP[t.overlap].in_(v.language),
        lookahead=found or unknown,
        fee=d.costs.fee_bps,
        slippage=d.costs.slippage_bps,
        conventions=d.conventions.id,
        code=(t.hashes.code or unknown)[:12],
        playbook=t.hashes.playbook[:12],
        reproducible=answers[t.reproducible],
    )
    rerun = ["  " + v.say("Run again: {command}", command=t.rerun)] if t.rerun else []
    lines = [*folded(text, "  "), *folded(outside_training(d, v), "  "), *rerun]
    return "\n".join([heading(5, v.say("Can it be trusted?")), *lines])


def _change(d: DecisionRecord, v: Speaker) -> str:
    lines = [heading(6, v.say("What changed"))]
    earlier = {
        v.say("Previous revalidation"): d.change.previous,
        v.say("Last approved"): d.change.production,
    }
    for name, before in earlier.items():
        text = v.say("none") if before is None else _deltas(d, before, v)
        lines += folded(f"{name}: {text}", "  ")
    if gone := lapsed_line(d):
        lines.append("  " + v.say("Approval that is no longer valid: {approval}", approval=gone))
    return "\n".join(lines)


def _deltas(d: DecisionRecord, before: ComparedDecision, v: Speaker) -> str:
    names = {gate.id: gate.short for gate in d.gates}
    deltas = ", ".join(
        f"{names[gate]} {v.numbers.plain(change.delta, 2, sign=True)}"
        for gate, change in before.gates.items()
    )
    other = "".join(f"; {sentence.in_(v.language)}" for sentence in before.numerics)
    return f"{before.created_at[:16]} {before.decision.value} {before.score}; {deltas}{other}"


def _if_go(d: DecisionRecord, v: Speaker) -> str:
    return "\n".join([heading(7, v.say("If it is a GO")), *folded(live_limits_line(d, v), "  ")])


def _warnings(sentences: Sentences, v: Speaker) -> str:
    if not sentences.news:
        return ""
    lines = [line for warning in sentences.news for line in folded(f"! {warning}", "  ")]
    return "\n".join([v.say("What to know").upper(), *lines])
