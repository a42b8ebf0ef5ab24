"""What decision.json holds, and what it warns of."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.decision import (
    BacktestRecord,
    Checks,
    DecisionRecord,
    EarlierDecision,
    JobDetails,
    marked_bars,
)
from core.decision.build import STAGES
from core.decision.inputs import Unprepared
from core.decision.metrics_csv import metrics_csv
from core.decision.sentences import sentences_in
from core.decision.trust import failed_checks
from core.errors import InputError
from core.gates import score
from core.market.quality import quality
from core.report import memo_documents, memo_text
from core.trading.evidence import Trials
from tests.core.backtest_records import (
    MARKET,
    MODEL,
    PLAYBOOK,
    decision_of,
    fields_of,
    first_bars,
    look_ahead,
    never_in_the_market,
    record,
    schema_validator,
)
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_the_decision_is_strict_json_and_holds_what_it_rests_on():
    read = json.loads(json.dumps(fields_of(record()), allow_nan=False))
    assert read["schema_version"] == 2
    assert read["data"]["sha256"] == MARKET.candles.sha256
    assert read["model"] == MODEL
    assert read["playbook"] == {"id": "phase4", "sha256": "ab" * 32}
    assert read["costs"] == {"fee_bps": 10.0, "slippage_bps": 5.0, "tick": 0.0001}
    assert set(read["artifacts"]) == {"equity.csv", "trades.csv", "metrics.csv"}
    assert read["evidence"]["grade"] == "INSUFFICIENT"
    assert set(read["baselines"]) == {"flat", "buy_and_hold", "exposure_matched", "sma", "random"}


def test_the_same_inputs_give_the_same_decision():
    assert decision_of(record()) == decision_of(record())


def test_its_gates_are_the_scorecards():
    backtest = record()
    card = score(backtest.equity, backtest.trades, PLAYBOOK.gates, PLAYBOOK.decision)
    found = fields_of(backtest)["gates"]
    for gate, expected in zip(found, card.as_dict()["gates"], strict=True):
        assert {name: gate[name] for name in expected} == expected


def test_the_reason_names_the_gates_that_fail_with_value_and_limit():
    decision = fields_of(record(drift=-0.001))
    assert decision["decision"] == "NO-GO"
    sharpe = next(gate for gate in decision["gates"] if gate["id"] == "sharpe")
    assert f"Sharpe {sharpe['value']:.4f} < 1" in decision["reason"]
    failed = sum(not gate["passed"] for gate in decision["gates"])
    assert decision["reason"].startswith(f"{failed} gates fail: ")


def test_episodes_compound_to_the_whole_and_worst_is_worst():
    table = fields_of(record())["episodes"]
    assert [row["episode"] for row in table] == [1, 2, "ALL", "WORST"]
    first, second, whole, worst = table
    growth = (1 + first["return_pct"] / 100) * (1 + second["return_pct"] / 100)
    assert (growth - 1) * 100 == pytest.approx(whole["return_pct"])
    assert first["bars"] + second["bars"] == whole["bars"] == 400
    assert first["trades"] + second["trades"] == whole["trades"] == 20
    assert (first["forced_exits"], second["forced_exits"]) == (0, 1)
    assert worst["sharpe"] == min(first["sharpe"], second["sharpe"])
    deepest = max(first["max_drawdown_pct"], second["max_drawdown_pct"])
    assert worst["max_drawdown_pct"] == deepest <= whole["max_drawdown_pct"]


def test_metrics_csv_has_a_row_an_episode_and_all_and_worst():
    table = decision_of(record()).episodes
    rows = list(csv.DictReader(io.StringIO(metrics_csv(table))))
    assert [row["episode"] for row in rows] == ["1", "2", "ALL", "WORST"]
    assert float(rows[2]["calmar"]) == table[2].calmar
    assert rows[3]["bars"] == ""


ONE_LOSS, ONE_WIN = [-5.0] * 20, [5.0] * 20


def with_trades(pnl: Sequence[float] | np.ndarray) -> BacktestRecord:
    backtest = record()
    return replace(backtest, trades=backtest.trades.assign(pnl=pnl))


@pytest.mark.parametrize(
    "backtest",
    [
        record(),
        record(drift=-0.001),
        with_trades(ONE_LOSS),
        with_trades(ONE_WIN),
        replace(record(), trades=record().trades.iloc[:0]),
        first_bars(1),
        first_bars(3),
        never_in_the_market(),
    ],
    ids=["good", "bad", "all losses", "all wins", "no trades", "one bar", "three bars", "flat"],
)
def test_every_decision_follows_the_published_schema_and_has_its_memo(backtest):
    built = decision_of(backtest)
    decision = built.as_dict()
    problems = list(schema_validator().iter_errors(json.loads(json.dumps(decision))))
    assert problems == []
    json.dumps(decision, allow_nan=False)
    documents = memo_documents(built, backtest.equity, backtest.bars)
    assert all("nan" not in text.lower().split() for text in documents.values())
    for gate in decision["gates"]:
        assert gate["value"] is not None or (not gate["passed"] and gate["ci95"] is None)


def test_the_schema_refuses_what_is_no_decision():
    decision = fields_of(record())
    for broken in (
        decision | {"decision": "MAYBE"},
        decision | {"schema_version": 1},
        decision | {"gates": decision["gates"][:5]},
        {key: value for key, value in decision.items() if key != "evidence"},
        decision | {"evidence": decision["evidence"] | {"psr0": 1.2}},
    ):
        assert not schema_validator().is_valid(broken)


def test_bars_that_repeat_or_run_back_are_refused_with_their_time():
    backtest = record()
    for order in ([0, 1, 1, *range(3, 400)], [1, 0, *range(2, 400)]):
        with pytest.raises(
            InputError, match=r"The marked bar of 2025-03-01 .* repeats or precedes"
        ):
            fields_of(replace(backtest, bars=backtest.bars.iloc[order]))


def test_bars_or_levels_that_are_missing_are_named():
    backtest = record()
    with pytest.raises(InputError, match="400 equity values for 399 bars"):
        fields_of(replace(backtest, bars=backtest.bars.iloc[1:]))
    with pytest.raises(InputError, match="no column target"):
        fields_of(replace(backtest, equity=backtest.equity.drop(columns="target")))
    holed = backtest.equity.assign(target=backtest.equity["target"].where(lambda t: t.index != 7))
    with pytest.raises(InputError, match="row 8: target nan is not finite"):
        fields_of(replace(backtest, equity=holed))


def test_equity_without_a_single_bar_has_nothing_to_decide_on():
    with pytest.raises(InputError, match="needs bars"):
        fields_of(first_bars(0))


def test_the_stages_come_in_order_and_the_gates_first():
    seen = []
    decision = fields_of(record(), on_stage=lambda stage, gates: seen.append((stage, gates)))
    assert tuple(stage for stage, _ in seen) == STAGES
    assert [gate.value for gate in seen[0][1]] == [g["value"] for g in decision["gates"]]
    assert seen[2][1][0].ci95 == tuple(decision["gates"][0]["ci95"])


def test_what_changed_is_the_delta_of_each_gate_and_what_stayed_the_same():
    before, after = decision_of(record(1)), record(2)
    earlier = EarlierDecision("ef" * 32, before)
    change = fields_of(after, previous=earlier, production=earlier)["change"]
    sharpe = change["previous"]["gates"]["sharpe"]
    assert sharpe["delta"] == pytest.approx(sharpe["now"] - sharpe["before"])
    assert change["previous"]["same"] == ["model", "data", "playbook"]
    assert change["production"]["sha256"] == "ef" * 32
    assert fields_of(after)["change"] == {"previous": None, "production": None}


def test_a_record_that_a_replay_does_not_give_is_insufficient_and_names_the_number():
    tests = look_ahead(True).model_copy(update={"fills": None})
    built = decision_of(record(), checks=Checks(lookahead=tests, reproducible=True))
    error = built.robustness.replay_error
    fills = built.as_dict()["trust"]["lookahead"]["fills"]
    assert (fills["passed"], fills["checked"]) == (False, 400)
    assert f"by up to {error:.1e}" in fills["detail"]
    assert built.evidence.grade == "INSUFFICIENT"
    assert "look-ahead test failed" in built.evidence.reasons[0]
    assert any(f"by up to {error:.1e}" in warning for warning in built.warnings)
    assert f"{error:.1e}" in memo_text(built)
    assert list(schema_validator().iter_errors(built.as_dict())) == []
    assert failed_checks(built.trust)


def always_in(free: int, side: float = 0.15) -> BacktestRecord:
    """In the market on all bars but ``free``, which are spread."""
    backtest = record()
    held = np.full(401, side)
    held[np.linspace(2, 398, free).astype(int)] = 0.0
    held[0] = 0.0
    return replace(backtest, equity=backtest.equity.assign(exposure=held, target=held))


@pytest.mark.parametrize("backtest", [always_in(0), always_in(20), always_in(39, -0.15)])
def test_an_agent_that_is_nearly_always_in_the_market_has_no_percentile(backtest):
    built = decision_of(backtest)
    random = present(built.baselines.random)
    assert (random.percentile, random.percentile_return) == (None, None)
    assert built.evidence.random_percentile is None
    assert "on all but" in present(random.not_compared)
    said = " ".join(memo_text(built).split())
    assert "No percentile among random policies: the agent is on one side" in said
    assert "Sem percentil entre políticas aleatórias" in " ".join(memo_text(built, "pt").split())
    assert list(schema_validator().iter_errors(built.as_dict())) == []
    memo_documents(built, backtest.equity, backtest.bars)


@pytest.mark.parametrize(
    "levels",
    [
        always_in(41).equity["target"],
        np.where(np.arange(401) % 25 == 3, 0.15, 0.0),  # nearly always out: free to trade elsewhere
        np.where(np.arange(401) // 40 % 2, 0.15, -0.15),  # always in, on both sides
    ],
)
def test_an_agent_with_free_bars_has_its_percentile(levels):
    backtest = record()
    held = np.asarray(levels).copy()
    held[0] = 0.0
    backtest = replace(backtest, equity=backtest.equity.assign(exposure=held, target=held))
    random = present(decision_of(backtest).baselines.random)
    assert 0.0 <= present(random.percentile) <= 100.0
    assert random.not_compared is None
    assert present(random.free_bars) >= 0.10


def test_a_record_that_trades_more_than_the_volume_allows_says_how_much():
    backtest = record()
    cap = present(decision_of(backtest).if_go.capital_cap_usdt)
    for share, times in ((1.01, 4.4), (1.01, 1.001), (0.9999, None), (0.5, None)):
        start = cap * (times or share)
        scaled = backtest.equity.assign(
            equity=start * np.linspace(1.0, 1.0 if times is None else 0.9, 401)
        )
        built = decision_of(replace(backtest, equity=scaled))
        found = [text for text in built.warnings if "the volume allows" in text.lower()]
        assert bool(found) == (times is not None)
        assert built.if_go.times_capacity == pytest.approx(times or share)
        if times == 4.4:
            assert f"{start:,.0f} USDT, 4.4 times the {cap:,.0f} USDT" in found[0]
            assert "at most" in found[0]
            assert "the record traded 4.4 times that" in " ".join(memo_text(built).split())


def test_a_record_that_outgrows_the_volume_is_said_too():
    backtest = record()
    cap = present(decision_of(backtest).if_go.capital_cap_usdt)
    grown = backtest.equity.assign(equity=cap * np.linspace(0.8, 1.3, 401))
    built = decision_of(replace(backtest, equity=grown))
    assert built.if_go.times_capacity == pytest.approx(1.3)


def test_other_kernels_are_said_where_two_decisions_are_compared():
    job = JobDetails(
        job_id="j1",
        trial=3,
        reward_components={},
        start_capital=10_000.0,
        max_exposure=0.15,
        warm_up_bars=168,
        versions={},
        numerics={"cpu_capability": "AVX512", "threads": "2"},
    )
    before = decision_of(
        record(), job=job, model=MODEL | {"numerics": {"cpu_capability": "AVX512"}}
    )
    for present_capability, expected in (("AVX512", 0), ("DEFAULT", 2)):
        now = {"cpu_capability": present_capability, "threads": "2"}
        built = decision_of(
            record(),
            job=replace(job, numerics=now),
            model=MODEL | {"numerics": now},
            previous=EarlierDecision("ef" * 32, before),
        )
        found = present(built.change.previous).numerics
        assert len(found) == expected
        if expected:
            assert found[0] == (
                "Model trained with CPU capability DEFAULT; AVX512 in the earlier decision."
            )
            assert "Revalidated with CPU capability DEFAULT" in " ".join(memo_text(built).split())
            assert "Revalidado com capacidade da CPU" in " ".join(memo_text(built, "pt").split())
            assert list(schema_validator().iter_errors(built.as_dict())) == []
    older = before.model_copy(
        update={"conventions": before.conventions.model_copy(update={"id": "trainweek-1"})}
    )
    built = decision_of(record(), previous=EarlierDecision("ef" * 32, older))
    (defined,) = present(built.change.previous).numerics
    assert defined.startswith("Gates were defined otherwise then (trainweek-1, now trainweek-3)")


def test_failed_checks_and_declared_trials_are_told():
    tests = look_ahead(False, True, True)
    built = decision_of(
        record(), checks=Checks(lookahead=tests, reproducible=False), trials=Trials(3, 24, 2)
    )
    decision = built.as_dict()
    assert decision["warnings"][0] == "Look-ahead test failed. Inputs depend on the future."
    assert "different numbers in a second run" in decision["warnings"][1]
    assert "look-ahead test failed" in decision["evidence"]["reasons"][0]
    assert "not reproducible" in decision["evidence"]["reasons"][1]
    assert decision["evidence"]["n_trials"] == {
        "counted": 3, "declared": 24, "of_week": 2, "used": 24,
    }  # fmt: skip
    assert "(N=24: 3 counted by the ledger, 2 of this week, 24 declared)" in " ".join(
        memo_text(built).split()
    )
    assert decision["evidence"]["dsr"] < decision["evidence"]["psr0"]


def test_look_ahead_that_nobody_tested_is_said_first():
    tests = look_ahead(None, detail="Not enough bars.", checked=0)
    decision = fields_of(record(), checks=Checks(lookahead=tests))
    assert decision["warnings"][0] == "Look-ahead not tested. Not enough bars."
    assert list(schema_validator().iter_errors(decision)) == []
    assert fields_of(record())["warnings"][0] == "Look-ahead was not tested."


def warned(decision: dict, words: str) -> bool:
    return any(words in warning for warning in decision["warnings"])


def test_a_made_up_market_and_thin_evidence_are_said():
    found = [issue.message for issue in quality(MARKET.candles).warnings]
    decision = fields_of(record(), data_warnings=[*found, "3 bars were filled."])
    assert sum("synthetic" in warning for warning in decision["warnings"]) == 1
    assert warned(decision, "20 closed trades; at least 30 are required")
    assert warned(decision, "Calmar extrapolates 16.7 days")
    assert decision["warnings"][-1] == "3 bars were filled."


def test_an_unknown_and_an_overlapping_training_range_are_said():
    unknown = {key: value for key, value in MODEL.items() if key != "train_range"}
    assert warned(fields_of(record(), model=unknown), "an overlap can't be excluded")
    late = MODEL | {"train_range": ["2023-01-01T00:00:00Z", "2025-03-02T00:00:00Z"]}
    overlapping = fields_of(record(), model=late)
    assert "before the training data end (2025-03-02" in overlapping["warnings"][0]
    assert "overlap" in overlapping["evidence"]["reasons"][0]
    assert not warned(fields_of(record()), "training data end")


def test_a_record_without_trades_names_the_undefined_gates():
    backtest = record()
    decision = fields_of(replace(backtest, trades=backtest.trades.iloc[:0]))
    assert warned(decision, "Win Rate is undefined (no trades)")
    assert decision["gates_passed"] <= 3


def test_a_loss_is_compared_with_staying_out():
    assert warned(
        fields_of(record(drift=-0.001)), "staying out of the market would have lost nothing"
    )


def test_less_than_the_market_gave_to_the_same_exposure_is_said():
    backtest = record(2)
    assert 0 < fields_of(backtest)["facts"]["return_pct"] < 20
    still = backtest.bars.assign(open=1.0, close=1.0)
    rising = still.assign(close=np.geomspace(1, 20, len(still)))
    rising["open"] = rising["close"].shift(fill_value=1.0)
    words = "at the agent's mean exposure"
    assert not warned(fields_of(replace(backtest, bars=still)), words)
    assert warned(fields_of(replace(backtest, bars=rising)), words)


def test_sharpe_by_bar_and_by_day_on_both_sides_of_the_limit_is_said():
    for seed in range(40):
        backtest = record(seed, drift=0.00001)
        card = score(backtest.equity, backtest.trades, PLAYBOOK.gates, PLAYBOOK.decision)
        hourly, daily = present(card.gate("sharpe").value), present(card.facts.sharpe_daily)
        if (hourly >= 1) != (daily >= 1):
            assert warned(fields_of(backtest), "depends on the convention")
            assert not warned(fields_of(record()), "depends on the convention")
            return
    pytest.fail("no seed straddles the limit")


def test_equity_marked_when_no_bar_closes_is_refused():
    backtest = record()
    moved = backtest.equity.assign(time=backtest.equity["time"] + MARKET.candles.interval / 2)
    with pytest.raises(InputError, match="when no bar closes"):
        marked_bars(MARKET.candles, moved)


def test_what_the_job_knows_stands_beside_the_decision():
    job = JobDetails(
        job_id="j1",
        trial=3,
        reward_components={"pnl": 1.5},
        start_capital=10_000.0,
        max_exposure=0.15,
        warm_up_bars=168,
        versions={"python": "3.11"},
        numerics={"cpu_capability": "AVX512", "threads": "2"},
    )
    decision = fields_of(record(), job=job, checks=Checks(reproducible=True))
    assert {name: decision[name] for name in vars(job)} == vars(job)
    assert decision["reproducible"] is True
    assert list(schema_validator().iter_errors(decision)) == []
    assert "job_id" not in fields_of(record())


def test_a_short_volatility_shape_is_said_and_a_stopped_one_is_not():
    assert warned(fields_of(with_trades([1.0] * 19 + [-6.0])), "the worst loss is 6.0 mean wins")
    assert warned(fields_of(with_trades(ONE_WIN)), "100% of 20 trades won, losses: 0")
    stopped = fields_of(with_trades([5.0, 5.0, 5.0, -5.0] * 5))
    assert not warned(stopped, "Short-volatility shape")
    assert stopped["facts"]["trades_lag1"] == pytest.approx(-1 / 3, abs=0.1)


def test_a_decision_of_earlier_conventions_loads_without_dials():
    old = fields_of(record())
    del old["dials"]
    old["conventions"]["id"] = "trainweek-2"
    read = DecisionRecord.model_validate(old)
    assert (read.dials, read.conventions.id) == (None, "trainweek-2")


def test_a_position_closed_by_force_is_named_by_its_money():
    backtest = record()
    trades = backtest.trades.copy()
    trades.loc[19, "pnl"] = -500.0
    forced = [str(w) for w in decision_of(replace(backtest, trades=trades)).warnings]
    assert any("closed by force (1): -500.00 USDT" in warning for warning in forced)
    trades.loc[19, "pnl"] = 0.01
    small = [str(w) for w in decision_of(replace(backtest, trades=trades)).warnings]
    assert not any("closed by force" in warning for warning in small)


def test_an_earning_record_without_open_losses_still_loads():
    old = fields_of(record())
    del old["earning"]["held_losses"]
    assert DecisionRecord.model_validate(old).earning.held_losses is None


def test_a_model_that_lost_in_every_validation_is_the_first_warning_everywhere():
    counts = {"count": 25, "lost": 25, "beat_never_trading": False}
    model = {**MODEL, "validation": {"sharpe": -0.42, "return_pct": -3.0, "of_run": counts}}
    checks = Checks(lookahead=look_ahead(False), reproducible=False)
    built = decision_of(record(), model=model, checks=checks)
    first = "Every validation of this model lost money (25 of 25, best Sharpe -0.42)"
    assert built.warnings[0].startswith(first)
    assert json.loads(json.dumps(built.as_dict()))["warnings"][0] == built.warnings[0]
    shown = [line for line in memo_text(built, "en").splitlines() if line.strip().startswith("! ")]
    assert shown[0].strip().startswith("! Every validation of this model lost money")
    assert sentences_in(built, "pt").news[0].startswith("Todas as validações deste modelo")
    listed = {"of_run": counts, "candidates": [
        {"step": 1_000, "return_pct": -3.0, "sharpe": -0.42},
        {"step": 2_000, "return_pct": -9.0, "sharpe": -2.5},
    ]}  # fmt: skip
    reported = decision_of(record(), model={**model, "validation": {"sharpe": -0.42, **listed}})
    said = " ".join(memo_text(reported, "en").split())
    assert (
        "Never trading was better than all 25 validations. The model's file is the best of them, "
        "because the commands need one. Never trading +0.00 %; Step 1,000 -3.00 % (Sharpe -0.42); "
        "Step 2,000 -9.00 % (Sharpe -2.50)"
    ) in said
    backtest = record()
    pages = memo_documents(reported, backtest.equity, backtest.bars)
    assert "Never trading was better than all 25 validations." in pages["memo.html"]
    assert "Não operar foi melhor do que todas as 25 validações." in pages["memo_pt.html"]
    earlier = {**model, "validation": {"sharpe": -0.42, "return_pct": -3.0}}
    silent = decision_of(record(), model=earlier, checks=checks)
    assert built.warnings[1:] == silent.warnings


def test_a_best_validation_beside_many_that_lost_is_a_warning_in_both_languages():
    def warned(lost: int) -> DecisionRecord:
        counts = {"count": 25, "lost": lost, "beat_never_trading": True}
        validation = {"sharpe": 1.44, "return_pct": 3.9, "of_run": counts}
        return decision_of(record(), model={**MODEL, "validation": validation})

    found = warned(11)
    backtest = found.gate("sharpe").value
    assert found.warnings[0] == (
        "11 of 25 validations of this model's run lost money. It was chosen as the best of them: "
        f"Sharpe 1.44 there, {backtest:.2f} in the backtest."
    )
    assert sentences_in(found, "pt").news[0].startswith("11 de 25 validações")
    assert "11 of 25 validations" in " ".join(memo_text(found, "en").split())
    assert warned(6).warnings == found.warnings[1:]


def test_a_revalidation_before_its_preparation_shows_the_reason_everywhere():
    started = Unprepared(reason="The backup was made by hand.", by="Lena")
    job = JobDetails("revalidate-1", 1, {}, 10_000.0, 1.0, 0, {}, unprepared=started)
    built = decision_of(record(), job=job)
    shown = "Lena: The backup was made by hand."
    assert any(warning.endswith(shown) for warning in built.warnings)
    assert any(warning.endswith(shown) for warning in sentences_in(built, "pt").news)
    assert shown in " ".join(memo_text(built, "en").split())
    assert not any(shown in warning for warning in decision_of(record()).warnings)


def test_the_forecast_is_drawn_by_what_it_rests_on_and_a_short_record_has_none():
    made = decision_of(record())
    assert present(made.forecast).seed == present(decision_of(record()).forecast).seed
    other = decision_of(record(), playbook_sha256="ef" * 32)
    assert present(made.forecast).seed != present(other.forecast).seed
    assert set(present(made.forecast).gates) == {gate.id for gate in made.gates}
    assert decision_of(first_bars(30)).forecast is None
