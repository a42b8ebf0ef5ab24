"""The decision memo as text: the manual's document to the letter, then ours below it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from core.decision.documents import SYMBOLS, decision_text
from core.decision.sentences import in_language, news
from core.decision.trust import integrity_of
from core.report.numbers import chance, figure, interval, percent, plain
from core.report.wording import WORDS
from core.vocabulary import DOUBTFUL_GRADES, Decision

WIDTH = 100


def memo_text(decision: Mapping[str, Any], language: str = "en") -> str:
    """One page of text; ends with a newline. The same decision gives the same text.

    :param language: ``en`` or ``pt``.
    """
    decision = in_language(decision, language)
    w = WORDS.get(language, WORDS["en"])
    parts = [
        _head(decision, w),
        _gates(decision, w),
        _skill(decision, w),
        _earning(decision, w),
        _breaks(decision, w),
        _trust(decision, w),
        _change(decision, w),
        _if_go(decision, w),
        _warnings(decision, w),
        f"{w['signature']}: {'_' * 30}   {w['override_reason']}: {'_' * 30}",
    ]
    return decision_text(decision) + "\n" + "\n".join(part for part in parts if part) + "\n"


def verdict(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    """``PARTIAL 5/6``; doubtful evidence of a GO and failed checks are said in the same breath."""
    grade = d["evidence"]["grade"]
    said = f"{d['decision']} {d['score']}"
    if d["decision"] == Decision.GO and grade in DOUBTFUL_GRADES:
        said += f" {w['on_evidence'].format(grade=grade)}"
    failed = [name for name, passed in vars(integrity_of(d["trust"])).items() if passed is False]
    return f"{said}: {', '.join(w[f'failed_{name}'] for name in failed)}" if failed else said


def _head(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    title = (
        f"{w['title'].upper()} {d['day']}  {d['symbol']} {d['interval']}  "
        f"{w['model'].lower()} {d['model']['sha256'][:12]}"
    )
    badge = f"[ {verdict(d, w)} ]"
    grade = f"{w['evidence']}: {d['evidence']['grade']}"
    made_up = [w["synthetic"]] if d["data"].get("synthetic") else []
    return "\n".join(
        [
            *_in_a_line(title, badge),
            *made_up,
            *_folded(f"{w['recommendation']}: {d['recommendation']}. {d['reason']}"),
            *_folded(f"{grade}. {' '.join(d['evidence']['reasons'])}"),
        ]
    )


def _in_a_line(left: str, right: str) -> list[str]:
    """Both ends of one line, or of two where one is too short."""
    if len(left) + 2 + len(right) > WIDTH:
        return [left, f"{right:>{WIDTH}}"]
    return [f"{left}{right:>{WIDTH - len(left)}}"]


def _gates(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    rows = [
        f"{'1 ' + w['gates'].upper():<22}{w['value']:>12}{w['limit']:>10}{w['margin']:>10}"
        f"{w['ci95']:>20}{'P(pass)':>9}  {w['costs_x2']}"
    ]
    for gate in d["gates"]:
        value = gate["status"] if gate["value"] is None else plain(gate["value"], 4)
        limit = f"{SYMBOLS[gate['op']]} {gate['threshold']:g}"
        mark = "PASS" if gate["passed"] else "FAIL"
        rows.append(
            f"  {mark} {gate['short'] + (' %' if gate['unit'] == '%' else ''):<18}{value:>9}"
            f"{limit:>10}{plain(gate['margin'], 2, sign=True):>10}{interval(gate['ci95']):>20}"
            f"{chance(gate['p_pass']):>9}  {_stressed(gate)}"
        )
    run = d["evidence"]["expected_longest_losing_run"]
    within = chance(d["evidence"]["chance_of_longest_run"])
    rows += [
        f"  {w['blocks_of']} {d['uncertainty']['block_bars']:.0f} {w['bars']}{other_blocks(d, w)}",
        f"  {w['longest_run']}: {plain(run, 1)}; {w['within_limit']}: {within}",
    ]
    return "\n".join(rows)


def other_blocks(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    """The Sharpe's interval with other blocks: what hangs on the choice."""
    found = d["uncertainty"]["by_block"]
    told = [f"{row['block_bars']:.0f} {interval(row['ci95']['sharpe'])}" for row in found]
    return f"; Sharpe {w['with_blocks']} {', '.join(told)}" if told else ""


def _stressed(gate: Mapping[str, Any]) -> str:
    stressed = gate["costs_x2"]
    if stressed is None:
        return "n/a"
    return f"{plain(stressed['value'], 2)} {'PASS' if stressed['passed'] else 'FAIL'}"


def _skill(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    e, trials = d["evidence"], d["evidence"]["n_trials"]
    declared = "" if trials["declared"] is None else f", {trials['declared']} {w['declared']}"
    week = trials.get("of_week")
    of_week = "" if week is None else f", {week} {w['of_week']}"
    days = e["min_trl_days"]
    needed = w["never"] if days is None else f"{days:,.0f} {w['days']}"
    lines = [
        f"2 {w['skill'].upper()}",
        f"  PSR(0) {chance(e['psr0'])} | PSR(1) {chance(e['psr1'])} | DSR {chance(e['dsr'])} "
        f"(N={trials['used']}: {trials['counted']} {w['counted']}{of_week}{declared}) | "
        f"MinTRL {needed}, {w['have']} {e['have_days']:.0f} {w['days']}",
        f"  {w['daily_sharpe']} {plain(e['sharpe_daily'], 4)}, {w['by_bar']} "
        f"{plain(e['sharpe_hourly'], 4)}; {w['lag1']} {plain(e['lag1'], 3)}",
    ]
    rows = [(w["agent"], own_line(d))]
    rows += [(w[n], line) for n, line in d["baselines"].items() if n != "random" and line]
    lines += [
        f"    {name:<50}{w['return']} {plain(line['return_pct'], 2):>8}  Sharpe "
        f"{plain(line['sharpe'], 2):>6}  Max DD {plain(line['max_drawdown_pct'], 2):>6} %"
        for name, line in rows
    ]
    if random := d["baselines"]["random"]:
        lines.append(
            f"  {w['percentile']} {random['percentile']:.1f} {w['of']} {random['n']} "
            f"{w['random_policies']}; {percent(random['share_go'])} {w['of_them_go']}"
        )
    return "\n".join(lines)


def own_line(d: Mapping[str, Any]) -> dict[str, Any]:
    """The agent's own line beside the baselines'."""
    gates = {gate["id"]: gate["value"] for gate in d["gates"]}
    return {
        "exposure": d["facts"]["mean_exposure"],
        "return_pct": d["facts"]["return_pct"],
        **gates,
    }


def _earning(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    e, r = d["earning"], d["robustness"]
    sides = f"{w['long']} {e['long']['trades']} ({plain(e['long']['pnl'], 0, sign=True)} USDT), "
    sides += f"{w['short']} {e['short']['trades']} ({plain(e['short']['pnl'], 0, sign=True)} USDT)"
    cost = r["break_even_cost_bps"]
    even = w["no_break_even"] if cost is None else f"{w['break_even']} {plain(cost, 1)} bps"
    text = (
        f"{e['trades']} {w['trades']}, {w['mean_exposure']} {percent(e['exposure'])}, "
        f"{w['turnover']} {plain(e['turnover'], 1)}, {w['avg_hold']} "
        f"{plain(e['avg_hold_bars'], 1)} {w['bars']}, {w['fees']} "
        f"{percent(e['fees_share_of_gross'])}, {even}, "
        f"{w['top5']} {percent(r['top5_share'])}, {sides}, {e['forced_exits']} {w['forced']}"
    )
    return "\n".join([f"3 {w['earns'].upper()}", *_folded(text, "  ")])


def _breaks(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    r = d["robustness"]
    late = r["delay_one_bar"]
    fees = ", ".join(f"x{f['multiple']:g} {_short(f)}" for f in r["fees"])
    slips = ", ".join(f"{s['slippage_bps']:g} bps {_short(s)}" for s in r["slippage"])
    parts = [
        f"{w.get(part['label'], part['label'])} {plain(part['return_pct'], 2, sign=True)}% "
        f"({w['market']} {plain(part['market_return_pct'], 0, sign=True)}%)"
        for part in (*r["quarters"], *r["regimes"])
    ]
    worst = r["worst_episode"]
    lines = [
        f"4 {w['breaks'].upper()}",
        *_folded(f"{w['fee']} {fees}; {w['slippage_short']} {slips}", "  "),
        *_folded("; ".join(parts), "  "),
    ]
    ends = []
    if worst:
        ends.append(f"{w['worst_episode']} {worst['episode']}: {worst['return_pct']:+.2f}%")
    if late:
        ends.append(f"{w['one_bar_later']} {_short(late)}")
    return "\n".join([*lines, f"  {'; '.join(ends)}"]).rstrip()


def _short(outcome: Mapping[str, Any]) -> str:
    """Sharpe and score under other assumptions."""
    return f"{plain(outcome['gates']['sharpe']['value'], 2)} ({outcome['score']})"


def _trust(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    t, data = d["trust"], d["data"]
    ranges = t["ranges"]
    trained = ranges["training"]
    span = f"{trained[0][:10]} - {trained[1][:10]}" if trained else w["unknown"]
    yes = {True: w["yes"], False: w["no"], None: w["unknown"]}
    tests = t["lookahead"] or {}
    found = ", ".join(f"{w[name]} {yes[test['passed']]}" for name, test in tests.items())
    costs = d["costs"]
    text = (
        f"{w['data']} {data['rows']} {w['bars']}, {data['gaps']} {w['gaps']}, {data['filled']} "
        f"{w['filled']} ({t['hashes']['data'][:12]}); {w['trained_on']} {span}, {w['scored']} "
        f"{ranges['scored'][0][:10]} - {ranges['scored'][1][:10]}, {w['overlap']}: "
        f"{w['overlap_' + t['overlap']]}; {w['lookahead']}: {found or w['unknown']}; "
        f"{w['costs']} {w['fee']} {costs['fee_bps']:g} + {w['slippage_short']} "
        f"{costs['slippage_bps']:g} bps; {w['conventions']} {d['conventions']['id']}; {w['code']} "
        f"{(t['hashes']['code'] or w['unknown'])[:12]}; {w['playbook']} "
        f"{t['hashes']['playbook'][:12]}; {w['repeatable']}: {yes[t['reproducible']]}"
    )
    rerun = [f"  {w['rerun']}: {t['rerun']}"] if t["rerun"] else []
    return "\n".join([f"5 {w['trust'].upper()}", *_folded(text, "  "), *rerun])


def _change(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    lines = [f"6 {w['change'].upper()}"]
    for name in ("previous", "production"):
        before = d["change"][name]
        if before is None:
            lines.append(f"  {w[name]}: {w['none']}")
            continue
        names = {gate["id"]: gate["short"] for gate in d["gates"]}
        deltas = ", ".join(
            f"{names[gate]} {plain(c['delta'], 2, sign=True)}"
            for gate, c in before["gates"].items()
        )
        lines += _folded(
            f"{w[name]} {before['created_at'][:16]} {before['decision']} {before['score']}: {deltas}",
            "  ",
        )
    if gone := d["change"].get("lapsed"):
        lines.append(f"  {w['lapsed']}: {lapsed_line(gone)}")
    return "\n".join(lines)


def lapsed_line(gone: Mapping[str, Any]) -> str:
    """``2026-02-27 GO 6/6 VOID``."""
    return f"{gone['created_at'][:10]} {gone['decision']} {gone['score']} {gone['standing']}"


def _if_go(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    g = d["if_go"]
    text = (
        f"{w['order_cap']} {figure(g['order_cap_usdt'], 0)} USDT ({percent(g['participation'])} "
        f"{w['of_an_hour']}), {w['capital_cap']} {figure(g['capital_cap_usdt'], 0)} USDT; "
        f"{w['stop_at']} {plain(g['max_drawdown_stop_pct'], 1)} %, {w['stop_day']} "
        f"{plain(g['daily_loss_stop_pct'], 2)} %; {w['paper']} {g['paper_days']} {w['days']}; "
        f"{w['next_revalidation']} {g['next_revalidation']}"
    )
    return "\n".join([f"7 {w['if_go'].upper()}", *_folded(text, "  ")])


def _warnings(d: Mapping[str, Any], w: Mapping[str, str]) -> str:
    if not news(d):
        return ""
    lines: list[str] = []
    for warning in news(d):
        lines += _folded(f"! {warning}", "  ")
    return "\n".join([w["warnings"].upper(), *lines])


def _folded(text: str, indent: str = "") -> Sequence[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )
