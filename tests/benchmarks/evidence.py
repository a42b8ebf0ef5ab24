"""``make bench-evidence``: who is graded STRONG or ADEQUATE with a GO, skilled or not.

Coin flips on a synthetic market without signal must hardly ever be; PPO agents that
learned on a market with signal should be, as far as the gates allow. Rules that never close
a loser, short-volatility rules and the best of six coins follow, then how often the 95 %
intervals hold. ``--quick`` leaves out the trained agents and takes fewer seeds. All are judged
by the code of a revalidation, on one continuous record of a year of unseen hours. Nothing is
asserted here but the promise of 5 %.

Beside each agent stands the optimum on the same years: the best that candles allow
(``optimal_policy``). Where the optimum itself loses three trades of five, no agent can
pass the gates on win rate and losing run, however skilled; what the grade makes of its
skill is the first figure, and what the gates leave of it the second. ``MARKETS`` were
chosen by the optimum alone, from the one that the demo plays to one so plain that the
optimum's Sharpe is 20.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.decision.skill import skill_sections
from core.gates import score
from core.market.synthetic import SignalModel, make_market
from core.metrics.returns import bar_returns
from core.playbook import DEFAULT, Playbook, load_playbook
from core.trading.backtest_record import BacktestRecord, marked_bars
from core.trading.baselines import baselines
from core.trading.costs import CostModel
from core.trading.evidence import Integrity, Skill, Trials, graded_evidence
from core.trading.held_losses import HeldLosses
from core.trading.outcome import Judge
from core.trading.random_policies import Style, run_random
from core.trading.replay import Costs, Track, replay
from core.trading.resampling import uncertainty
from core.trading.robustness import stress
from core.trading.warm_up import WARM_UP
from core.vocabulary import DOUBTFUL_GRADES, Decision, EvidenceGrade
from runner.agent.backtest import run_backtest
from runner.agent.episodes import slices
from runner.agent.evaluation import Evaluation, greedy
from runner.agent.features import raw_features
from runner.agent.market import Market
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData, env_settings
from tests.benchmarks import interval_coverage
from tests.benchmarks.optimal_policy import solve
from tests.benchmarks.unskilled_rules import (
    COINS,
    HOUR,
    SIZE,
    START,
    YEAR,
    best_coin,
    coin_flip,
    no_stop,
    short_volatility,
)
from tests.expected import present

COIN_FLIPS, QUICK_FLIPS = 200, 20
RULES, QUICK_RULES = 45, 9
TRIALS = Trials(2)  # one training, one revalidation
SOUND = Integrity(lookahead=True, repeats=True, unseen=True)
TRAININGS, YEARS_EACH = 3, 5
MARKETS = {
    "the demo's market": SignalModel(),
    "a clearer signal": SignalModel(drift=0.0024, regime_hours=192),
    "a plain signal": SignalModel(drift=0.004, regime_hours=192),
}
TRAINING_BARS = 4 * YEAR
PROMISED = 0.05


class Found(NamedTuple):
    """What a revalidation says of a record.

    :ivar shaped: it warns of held losers or of a short-volatility shape.
    """

    decision: Decision
    grade: EvidenceGrade
    shaped: bool


Pair = tuple[Found, Found]  # the agent's, the optimum's


def main(quick: bool = False) -> None:
    playbook = load_playbook(DEFAULT)
    begun, cpu = time.monotonic(), time.process_time()
    speed(playbook)
    flips = QUICK_FLIPS if quick else COIN_FLIPS
    print(f"Coin flips, no signal, one year of hours, {flips} seeds:", flush=True)
    fooled = _report([judge(coin_flip(seed), playbook) for seed in range(flips)])
    rules = QUICK_RULES if quick else RULES
    print(f"Take profit, never stop, in a bull market, {rules} seeds:", flush=True)
    _report([judge(no_stop(seed), playbook) for seed in range(rules)])
    print(f"Short volatility: small profits, a far stop, {rules} seeds:", flush=True)
    _report([judge(short_volatility(seed), playbook) for seed in range(rules)])
    print(f"Best of {COINS} coins by chance, {rules} seeds:", flush=True)
    _report([judge(best_coin(seed), playbook, Trials(COINS)) for seed in range(rules)])
    interval_coverage.main(quick)
    if quick:
        return
    for name, model in MARKETS.items():
        print(
            f"{name.capitalize()}, drift {model.drift:.2%} an hour for {model.regime_hours:g} h:"
            f" {TRAININGS} trainings x {YEARS_EACH} unseen years",
            flush=True,
        )
        pairs = [
            pair
            for seed in range(1, TRAININGS + 1)
            for pair in learned_and_optimal(seed, playbook, model)
        ]
        for who, found in zip(("PPO", "The optimum"), zip(*pairs, strict=True), strict=True):
            print(f" {who}:")
            _report(list(found))
    print(f"{time.monotonic() - begun:.0f} s, {time.process_time() - cpu:.0f} s of CPU")
    if fooled > PROMISED:
        sys.exit(f"{fooled:.1%} of the coin flips fool the grade; at most {PROMISED:.0%} may.")


def speed(playbook: Playbook) -> None:
    """What the parts of a revalidation cost on a year of hours, in seconds of CPU."""
    bars = make_market(1, YEAR, START).candles.frame
    track, n = Track.of(bars), playbook.revalidation.random_policies
    held = np.cumsum(np.random.default_rng(1).random(YEAR) < 1 / 24) % 2 * SIZE
    played = replay(track, held, Costs.of(CostModel()))
    returns, pnl = bar_returns(played.equity[:, 0]), played.pnl(0)
    style = present(Style.of(held))
    judge = Judge(playbook.gates, playbook.decision, YEAR)
    parts = {
        f"{n} random policies": lambda: run_random(track, style, CostModel(), n),
        "costs, delay, break-even": lambda: stress(track, held, CostModel(), judge),
        "intervals of six gates": lambda: uncertainty(returns, pnl, playbook.gates, YEAR),
    }
    print("One year of hours, seconds of CPU:")
    for name, work in parts.items():
        cpu = time.process_time()
        work()
        print(f"  {name:<26} {time.process_time() - cpu:5.2f}", flush=True)


def learned_and_optimal(seed: int, playbook: Playbook, model: SignalModel) -> list[Pair]:
    """Train one agent as the product does, then judge it and the optimum on unseen years."""
    settings = settings_with(playbook.training, seed=seed)
    data = TrainingData.prepare(make_market(seed, TRAINING_BARS, START, model).candles, settings)
    session = Session(data, settings, settings.total_steps, YEAR)
    best: dict = {"sharpe": None, "weights": None}

    def keep(_: Evaluation, sharpe: float | None) -> None:
        if sharpe is not None and (best["sharpe"] is None or sharpe > best["sharpe"]):
            weights = session.model.policy.state_dict()
            best.update(sharpe=sharpe, weights={k: v.clone() for k, v in weights.items()})

    with tempfile.TemporaryDirectory() as folder:
        session.log_to(Path(folder), {"seed": seed})
        session.learn(Hooks(on_evaluation=keep))
    if best["weights"] is not None:
        session.model.policy.load_state_dict(best["weights"])
    traded = env_settings(settings, exit_at_end=True)
    optimum = solve(model, traded)
    pairs = []
    for year in range(YEARS_EACH):
        candles = make_market(1_000 * seed + year, WARM_UP + 1 + YEAR, START, model).candles
        market = Market.from_frame(candles.frame)
        features = data.normaliser.apply(raw_features(market))
        spans = slices(WARM_UP, len(market) - 1, playbook.revalidation.episodes)
        pair = []
        for policy in (greedy(session.model), optimum.on(market)):
            run = run_backtest(policy, market, features, spans, traded)
            bars = marked_bars(candles, run.equity)
            record = BacktestRecord(run.equity, run.trades, bars, traded.costs)
            pair.append(judge(record, playbook))
        pairs.append((pair[0], pair[1]))
    return pairs


def judge(record: BacktestRecord, playbook: Playbook, trials: Trials = TRIALS) -> Found:
    """Decision and grade as a revalidation finds them.

    Hundreds of random policies are only replayed where the grade hangs on them: a record
    that is doubtful though it beat all of them is doubtful.
    """
    settings = playbook.revalidation
    year = settings.bars_per_year
    card = score(record.equity, record.trades, playbook.gates, playbook.decision, year)
    own = card.gate("sharpe").value
    fair = baselines(record.bars, record.costs, record.mean_exposure, year)["exposure_matched"]
    excess = None if own is None or fair.sharpe is None else own - fair.sharpe
    luckiest = Skill(random_percentile=100.0, excess_sharpe=excess)
    best = graded_evidence(
        record.returns, len(record.trades), year, settings, trials, luckiest, SOUND
    )
    grade = best.grade
    if grade not in DOUBTFUL_GRADES:
        grade = skill_sections(record, card, playbook, trials, SOUND).evidence.grade
    tail, held = card.facts.tail, HeldLosses.of(record.equity, record.trades, HOUR)
    shaped = (tail is not None and (tail.rare_large_losses or tail.unseen_losses)) or (
        held is not None and held.holds_losers
    )
    return Found(card.decision, grade, shaped)


def _report(found: list[Found]) -> float:
    """Print the table; returns the share of GO on evidence that is not doubtful."""
    counts = Counter((each.decision, each.grade) for each in found)
    for decision in Decision:
        row = ", ".join(f"{grade} {counts[decision, grade]}" for grade in EvidenceGrade)
        print(f"  {decision:<8} {row}")
    trusted = sum(
        each.decision is Decision.GO and each.grade not in DOUBTFUL_GRADES for each in found
    )
    sure = sum(each.grade not in DOUBTFUL_GRADES for each in found)
    go = [each for each in found if each.decision is Decision.GO]
    shaped = sum(each.shaped for each in found)
    print(
        f"  STRONG or ADEQUATE, whatever the gates: {sure} of {len(found)}, {sure / len(found):.1%}"
    )
    print(f"  with GO: {trusted} of {len(found)}, {trusted / len(found):.1%}")
    print(
        f"  warns of its shape: {shaped} of {len(found)}; {sum(e.shaped for e in go)} of {len(go)} GO"
    )
    return trusted / len(found)


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
