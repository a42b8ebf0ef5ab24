"""What a reader of the decision has to know beside the gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.market.quality import SYNTHETIC
from core.vocabulary import DOUBTFUL_GRADES, Decision

FEW_DAYS = 365
MANY_FORCED = 0.2  # share of the round trips that only ended because their episode did
LUCKY = 0.05  # share of policies without skill that would be a GO on the same bars


def find_warnings(decision: Mapping[str, Any]) -> list[str]:
    """Sentences with their numbers, the gravest first; empty if there is nothing to say."""
    found = [
        *_about_trust(decision),
        *_about_evidence(decision),
        *_about_data(decision),
        *_about_gates(decision),
        *_about_baselines(decision),
        *_about_stress(decision),
    ]
    return [warning for warning in found if warning]


def _about_trust(decision: Mapping[str, Any]) -> list[str]:
    trust = decision["trust"]
    found = [
        f"Look-ahead: {test['detail']}"
        for test in (trust["lookahead"] or {}).values()
        if not test["passed"]
    ]
    if trust["reproducible"] is False:
        found.append("The first episode, run again, gave other numbers.")
    return found


def _about_evidence(decision: Mapping[str, Any]) -> list[str]:
    evidence = decision["evidence"]
    if evidence["grade"] not in DOUBTFUL_GRADES:
        return []
    lead = (
        f"A GO on {evidence['grade']} evidence is no proof of skill."
        if decision["decision"] == Decision.GO.value
        else f"The evidence is {evidence['grade']}."
    )
    return [" ".join([lead, *evidence["reasons"]])]


def _about_data(decision: Mapping[str, Any]) -> list[str]:
    found = []
    data, trained = decision["data"], decision["model"].get("train_range")
    if data.get("synthetic"):
        found.append(SYNTHETIC)
    if not trained or None in trained:
        found.append("The model doesn't say what it was trained on: overlap unknown.")
    elif data["first"] <= trained[1]:
        found.append(f"Backtest data begins {data['first']}, training data ends {trained[1]}.")
    return found


def _about_gates(decision: Mapping[str, Any]) -> list[str]:
    gates = {gate["id"]: gate for gate in decision["gates"]}
    facts = decision["facts"]
    found = [
        f"{gate['name']} is undefined ({gate['status']}); a gate without a value is not passed."
        for gate in gates.values()
        if gate["value"] is None
    ]
    hourly, daily = gates["sharpe"]["value"], facts["sharpe_daily"]
    limit = gates["sharpe"]["threshold"]
    if None not in (hourly, daily) and (hourly >= limit) != (daily >= limit):
        found.append(
            f"The Sharpe gate hangs on the convention: {hourly:.4f} by bar, {daily:.4f} by day, "
            f"limit {limit:g}."
        )
    if facts["calmar_extrapolated"] and gates["calmar"]["value"] is not None:
        found.append(
            f"Calmar extrapolates {facts['calmar_window_days']:.1f} days to a year of {FEW_DAYS}."
        )
    expected = facts["expected_longest_losing_run"]
    streak = gates["consecutive_losses"]
    if expected is not None and expected > streak["threshold"]:
        found.append(
            f"With {facts['trades']} trades at this loss rate, chance alone makes a longest losing "
            f"run of {expected:.1f}; the limit is {streak['threshold']:g}."
        )
    forced, trades = facts["forced_exits"], facts["trades"]
    if forced and trades and forced / trades > MANY_FORCED:
        found.append(f"{forced} of {trades} round trips were closed by the end of their episode.")
    return found


def _about_baselines(decision: Mapping[str, Any]) -> list[str]:
    agent, fair = decision["facts"]["return_pct"], decision["baselines"]["exposure_matched"]
    found = []
    if agent <= 0:
        found.append(f"The agent lost {-agent:.2f} %; staying out of the market lost nothing.")
    elif agent <= fair["return_pct"]:
        found.append(
            f"Buy and hold at the agent's mean exposure ({fair['exposure']:.1%}) earned "
            f"{fair['return_pct']:.2f} %, the agent {agent:.2f} %."
        )
    random = decision["baselines"]["random"]
    if random is not None and random["share_go"] > LUCKY:
        found.append(
            f"{random['share_go']:.0%} of the random policies would be a GO on these bars: here "
            "the gates alone don't tell skill from luck."
        )
    return found


def _about_stress(decision: Mapping[str, Any]) -> list[str]:
    robust, agent = decision["robustness"], decision["facts"]["return_pct"]
    if agent <= 0:
        return []
    found = []
    doubled = robust["costs"][0]
    if doubled["score"] < decision["score"] and doubled["decision"] != decision["decision"]:
        found.append(
            f"At doubled costs the decision would be {doubled['decision']} ({doubled['score']})."
        )
    own = next(gate["value"] for gate in decision["gates"] if gate["id"] == "sharpe")
    late = robust["delay_one_bar"]["gates"]["sharpe"]["value"]
    if None not in (own, late) and late < own / 2:
        found.append(
            f"Filled one bar later, the Sharpe ratio falls from {own:.2f} to {late:.2f}: the edge "
            "hangs on the very next fill."
        )
    rest = robust["return_without_top5_pct"]
    if rest <= 0:
        found.append(f"Without its five best trades the record loses {-rest:.2f} %.")
    return found
