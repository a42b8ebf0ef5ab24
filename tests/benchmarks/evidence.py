"""``make bench-evidence``: who is graded STRONG or ADEQUATE with a GO, skilled or not.

Coin flips on a synthetic market without signal must hardly ever be; PPO agents that
learned on a market with signal should be, as far as the gates let anybody pass. Rules that
never close a loser and the best of six coins follow, then how often the 95 % intervals hold.
``--quick`` leaves out the trained agents and takes fewer seeds. The
same code as a revalidation's judges both, on a year of unseen hours. Nothing is asserted
here but the promise of 5 %.

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
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.decision.skill import skill_sections
from core.gates import score
from core.market.synthetic import SignalModel, make_market
from core.metrics.returns import bar_returns
from core.playbook import DEFAULT, Playbook, load_playbook
from core.trading.backtest_record import BacktestRecord, marked_bars
from core.trading.baselines import baselines
from core.trading.costs import CostModel
from core.trading.evidence import Integrity, Skill, Trials, graded_evidence
from core.trading.outcome import Judge
from core.trading.random_policies import Style, run_random
from core.trading.replay import Costs, Track, replay
from core.trading.resampling import uncertainty
from core.trading.robustness import stress
from core.vocabulary import DOUBTFUL_GRADES, Decision, EvidenceGrade
from runner.agent.backtest import run_backtest
from runner.agent.episodes import slices
from runner.agent.evaluation import Evaluation, greedy
from runner.agent.features import WARM_UP, raw_features
from runner.agent.market import Market
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData, env_settings
from tests.benchmarks import interval_coverage
from tests.benchmarks.optimal_policy import solve
from tests.benchmarks.unskilled_rules import COINS, PROFITS, bull_market, never_stopped
from tests.expected import present

if TYPE_CHECKING:
    from core.market.candles import Candles

START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = 8760
COIN_FLIPS, QUICK_FLIPS = 200, 20
RULES, QUICK_RULES = 45, 9
MEAN_HOLDS = (12, 24, 72)  # bars, in turn
SIZE = 0.15
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

Found = tuple[Decision, EvidenceGrade]
Pair = tuple[Found, Found]  # the agent's, the optimum's


def main(quick: bool = False) -> None:
    playbook = load_playbook(DEFAULT)
    begun, cpu = time.monotonic(), time.process_time()
    speed(playbook)
    flips = QUICK_FLIPS if quick else COIN_FLIPS
    print(f"Coin flips, no signal, one year of hours, {flips} seeds:", flush=True)
    fooled = _report([coin_flip(seed, playbook) for seed in range(flips)])
    rules = QUICK_RULES if quick else RULES
    print(f"Take profit, never stop, in a bull market, {rules} seeds:", flush=True)
    _report([no_stop(seed, playbook) for seed in range(rules)])
    print(f"Best of {COINS} coins by chance, {rules} seeds:", flush=True)
    _report([best_coin(seed, playbook) for seed in range(rules)])
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


def coin_flip(seed: int, playbook: Playbook) -> Found:
    """An agent that enters and leaves by chance, on a market of its own."""
    return judge(coin_flip_record(seed), playbook)


def coin_flip_record(seed: int) -> BacktestRecord:
    candles = make_market(seed, YEAR + 1, START, SignalModel(drift=0.0)).candles
    random = np.random.default_rng(10_000 + seed)
    hold = MEAN_HOLDS[seed % len(MEAN_HOLDS)]
    return record_of(candles, np.cumsum(random.random(YEAR) < 1 / hold) % 2 * SIZE)


def no_stop(seed: int, playbook: Playbook) -> Found:
    """Take profit, never stop, in a bull market without signal."""
    candles = bull_market(seed, YEAR + 1, START)
    closes = candles.frame["close"].to_numpy()[:-1]
    return judge(
        record_of(candles, never_stopped(closes, PROFITS[seed % len(PROFITS)], SIZE)), playbook
    )


def best_coin(seed: int, playbook: Playbook) -> Found:
    """The coin flip with the highest Sharpe of six markets, each counted as a trial."""
    records = [coin_flip_record(COINS * seed + coin) for coin in range(COINS)]
    best = max(records, key=lambda each: float(each.returns.mean() / each.returns.std()))
    return judge(best, playbook, Trials(COINS))


def record_of(candles: Candles, held: np.ndarray) -> BacktestRecord:
    """The record of one year with these exposures, in ten episodes."""
    episodes = np.repeat(np.arange(1, 11), YEAR // 10)
    bars = candles.frame.iloc[1:]
    played = replay(Track.of(bars, episodes), held, Costs.of(CostModel()))
    equity = pd.DataFrame(
        {
            "time": pd.DatetimeIndex(candles.frame.index) + pd.Timedelta(hours=1),
            "equity": 10_000 * played.equity[:, 0],
            # Near enough for the fair baseline: a position drifts a little from its level.
            "exposure": np.concatenate([[0.0], held]),
            "episode": np.concatenate([[1], episodes]),
            "target": np.concatenate([[0.0], held]),
        }
    )
    trips = played.trades
    ends = trips["bar"].to_numpy(int) + 1 + trips["forced"].to_numpy(int)
    trades = pd.DataFrame(
        {
            "exit_time": candles.frame.index[np.minimum(ends, YEAR)],
            "pnl": 10_000 * trips["pnl"],
            "forced_exit": trips["forced"],
        }
    )
    return BacktestRecord(equity, trades, marked_bars(candles, equity), CostModel())


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
    if best.grade in DOUBTFUL_GRADES:
        return card.decision, best.grade
    evidence = skill_sections(record, card, playbook, trials, SOUND).evidence
    return card.decision, evidence.grade


def _report(found: list[Found]) -> float:
    """Print the table; returns the share of GO on evidence that is not doubtful."""
    counts = Counter(found)
    for decision in Decision:
        row = ", ".join(f"{grade} {counts[decision, grade]}" for grade in EvidenceGrade)
        print(f"  {decision:<8} {row}")
    trusted = sum(
        decision is Decision.GO and grade not in DOUBTFUL_GRADES for decision, grade in found
    )
    sure = sum(grade not in DOUBTFUL_GRADES for _, grade in found)
    print(
        f"  STRONG or ADEQUATE, whatever the gates: {sure} of {len(found)}, {sure / len(found):.1%}"
    )
    print(f"  with GO: {trusted} of {len(found)}, {trusted / len(found):.1%}")
    return trusted / len(found)


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
