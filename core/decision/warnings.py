"""What a reader of the decision has to know beside the gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.decision.lookahead_words import detail_in
from core.decision.warning_words import WORDS
from core.trading.grade_words import reasons_of
from core.vocabulary import DOUBTFUL_GRADES, Decision

FEW_DAYS = 365
MANY_FORCED = 0.2  # share of the round trips that only ended because their episode did
LUCKY = 0.05  # share of policies without skill that would be a GO on the same bars

Found = Iterator[tuple[str, Mapping[str, Any]]]  # key of the sentence, and its figures


def find_warnings(decision: Mapping[str, Any], language: str = "en") -> list[str]:
    """Sentences with their numbers, the gravest first; empty if there is nothing to say."""
    found = [
        *(about_trust := list(_about_trust(decision))),
        *_about_data(decision),
        *_about_gates(decision),
        *_about_baselines(decision),
        *_about_stress(decision),
    ]
    trust = len(about_trust)
    said = [_said(key, figures, language) for key, figures in found]
    return [*said[:trust], *_about_evidence(decision, language), *said[trust:]]


def _said(key: str, figures: Mapping[str, Any], language: str) -> str:
    if "detail" in figures:
        figures = {**figures, "detail": detail_in(figures["detail"], language)}
    return WORDS[language][key].format(**figures)


def _about_trust(decision: Mapping[str, Any]) -> Found:
    """What spoils the record whatever its gates say."""
    trust = decision["trust"]
    tests = list((trust["lookahead"] or {}).values())
    for test in tests:
        if test["passed"] is False:
            yield "lookahead", {"detail": test["detail"]}
    if trust["reproducible"] is False:
        yield "not_repeatable", {}
    if trust["overlap"] == "overlap":
        trained = decision["model"]["train_range"]
        yield "overlap", {"first": decision["data"]["first"], "last": trained[1]}
    for test in tests:
        if test["passed"] is None:
            yield "lookahead_untested", {"detail": test["detail"]}
    if not tests:
        yield "lookahead_never", {}


def _about_evidence(decision: Mapping[str, Any], language: str) -> list[str]:
    grade = decision["evidence"]["grade"]
    if grade not in DOUBTFUL_GRADES:
        return []
    key = "go_on_doubt" if decision["decision"] == Decision.GO.value else "doubt"
    reasons = reasons_of(decision["evidence"], language)
    return [" ".join([WORDS[language][key].format(grade=grade), *reasons])]


def _about_data(decision: Mapping[str, Any]) -> Found:
    data, trained = decision["data"], decision["model"].get("train_range")
    if data.get("synthetic"):
        yield "synthetic", {}
    if not trained or None in trained:
        yield "overlap_unknown", {}


def _about_gates(decision: Mapping[str, Any]) -> Found:
    gates = {gate["id"]: gate for gate in decision["gates"]}
    facts = decision["facts"]
    for gate in gates.values():
        if gate["value"] is None:
            yield "undefined", {"name": gate["name"], "status": gate["status"]}
    hourly, daily = gates["sharpe"]["value"], facts["sharpe_daily"]
    limit = gates["sharpe"]["threshold"]
    if None not in (hourly, daily) and (hourly >= limit) != (daily >= limit):
        yield "convention", {"hourly": hourly, "daily": daily, "limit": limit}
    if facts["calmar_extrapolated"] and gates["calmar"]["value"] is not None:
        yield "extrapolated", {"days": facts["calmar_window_days"], "year": FEW_DAYS}
    expected, trades = facts["expected_longest_losing_run"], facts["trades"]
    longest = gates["consecutive_losses"]["threshold"]
    if expected is not None and expected > longest:
        yield "streak", {"trades": trades, "expected": expected, "limit": longest}
    forced = facts["forced_exits"]
    if forced and trades and forced / trades > MANY_FORCED:
        yield "forced", {"forced": forced, "trades": trades}


def _about_baselines(decision: Mapping[str, Any]) -> Found:
    agent, fair = decision["facts"]["return_pct"], decision["baselines"]["exposure_matched"]
    if agent <= 0:
        yield "lost", {"lost": -agent}
    elif agent <= fair["return_pct"]:
        yield "fair", {"exposure": fair["exposure"], "fair": fair["return_pct"], "agent": agent}
    random = decision["baselines"]["random"]
    if random is not None and random["share_go"] > LUCKY:
        yield "lucky", {"share": random["share_go"]}


def _about_stress(decision: Mapping[str, Any]) -> Found:
    robust = decision["robustness"]
    if decision["facts"]["return_pct"] <= 0:
        return
    doubled = robust["costs"][0]
    worse = int(doubled["score"].split("/")[0]) < decision["gates_passed"]
    if worse and doubled["decision"] != decision["decision"]:
        yield "doubled", {"decision": doubled["decision"], "score": doubled["score"]}
    own = next(gate["value"] for gate in decision["gates"] if gate["id"] == "sharpe")
    late = robust["delay_one_bar"]["gates"]["sharpe"]["value"]
    if None not in (own, late) and late < own / 2:
        yield "late", {"own": own, "late": late}
    rest = robust["return_without_top5_pct"]
    if rest <= 0:
        yield "five", {"loss": -rest}
