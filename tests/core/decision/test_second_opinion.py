"""The gates of any backtest, from two tables."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.decision import opinion
from core.errors import InputError
from core.metrics.ruin import until_ruin
from core.playbook import DEFAULT, load_playbook

PLAYBOOK = load_playbook(DEFAULT)


def equity(count: int = 3000, step: str = "h", seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    curve = 10_000 * np.cumprod(1 + 0.0003 + 0.004 * random.standard_normal(count))
    times = pd.date_range("2024-01-01", periods=count + 1, freq=step, tz="UTC")
    return pd.DataFrame({"time": times, "equity": np.concatenate(([10_000.0], curve))})


def trades_of(frame: pd.DataFrame, every: int = 20, until: int | None = None) -> pd.DataFrame:
    """Round trips whose results are the changes of equity, one after another."""
    rows = np.arange(0, (until or len(frame) - 1) + 1, every)
    values, times = frame["equity"].to_numpy()[rows], frame["time"].to_numpy()[rows]
    return pd.DataFrame({"entry_time": times[:-1], "exit_time": times[1:], "pnl": np.diff(values)})


def judged(frame: pd.DataFrame, trades: pd.DataFrame | None, **more: Any) -> dict[str, Any]:
    found = opinion(frame, trades, PLAYBOOK, **more)
    json.dumps(found, allow_nan=False)
    return found


def gate(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["gates"] if each["id"] == name)


def test_daily_rows_are_scored_as_days() -> None:
    frame = equity(400, "D")
    found = judged(frame, None)
    assert found["times"]["bars_per_year"] == 365
    assert found["facts"]["days"] == 400
    returns = frame["equity"].pct_change().dropna()
    expected = returns.mean() / returns.std() * np.sqrt(365)
    assert gate(found, "sharpe")["value"] == pytest.approx(expected, rel=1e-12)
    with pytest.raises(InputError, match=r"8,760.*365 bars a year"):
        judged(frame, None, bars_per_year=8760)


def test_trades_that_add_up_are_judged() -> None:
    frame = equity()
    found = judged(frame, trades_of(frame))
    assert found["warnings"] == []
    assert gate(found, "win_rate_pct")["status"] == "ok"


def test_a_position_that_is_open_at_the_end_fits() -> None:
    frame = equity()
    assert judged(frame, trades_of(frame, until=2000))["warnings"] == []


@pytest.mark.parametrize("factor", [10.0, 0.5, -1.0])
def test_trades_whose_sum_does_not_fit_open_no_gate(factor: float) -> None:
    frame = equity()
    trades = trades_of(frame)
    found = judged(frame, trades.assign(pnl=trades["pnl"] * factor))
    (warning,) = found["warnings"]
    assert "a difference of" in warning
    for name in ("win_rate_pct", "profit_factor", "consecutive_losses"):
        assert gate(found, name)["value"] is None
        assert gate(found, name)["status"] == "trades_differ"
        assert gate(found, name)["passed"] is False
    assert gate(found, "sharpe")["status"] == "ok"
    assert found["evidence"]["grade"] == "INSUFFICIENT"


def test_trades_beside_a_flat_equity_open_no_gate() -> None:
    frame = equity()
    found = judged(frame.assign(equity=10_000.0), trades_of(frame))
    assert gate(found, "profit_factor")["status"] == "trades_differ"


@pytest.mark.parametrize(("column", "days"), [("exit_time", 365), ("entry_time", -365)])
def test_trades_of_another_time_are_refused(column: str, days: int) -> None:
    frame = equity()
    trades = trades_of(frame)
    moved = trades.assign(**{column: trades[column] + pd.Timedelta(days=days)})
    with pytest.raises(InputError, match=f"outside the equity's time.*{column}"):
        judged(frame, moved)


@pytest.mark.parametrize("value", [0.0, -2500.0])
@pytest.mark.parametrize("row", [3000, 1500, 1])
def test_ruin_is_a_result(value: float, row: int) -> None:
    frame = equity()
    values = frame["equity"].to_numpy(copy=True)
    values[row] = value
    ruined = until_ruin(frame.assign(equity=values))
    assert len(ruined) == row + 1
    found = judged(ruined, trades_of(ruined, every=max(1, row // 20)))
    assert found["decision"] == "NO-GO"
    assert gate(found, "sharpe")["status"] == "ruined"
    assert gate(found, "max_drawdown_pct")["value"] == 100.0
    assert gate(found, "calmar")["value"] == -1.0
    assert any("ruined at" in warning for warning in found["warnings"])
    assert all(each["p_pass"] is None for each in found["gates"] if each["id"] == "calmar")


def test_an_equity_that_is_never_ruined_stays_whole() -> None:
    frame = equity(10)
    assert until_ruin(frame) is frame


def test_a_trade_that_ends_before_it_begins_is_refused() -> None:
    frame = equity()
    trades = trades_of(frame)
    swapped = trades.rename(columns={"entry_time": "exit_time", "exit_time": "entry_time"})
    with pytest.raises(InputError, match="end before they begin") as refused:
        judged(frame, swapped)
    assert "swapped" in refused.value.remedy


def test_trades_after_a_ruin_are_left_out_and_the_ruin_is_the_result() -> None:
    frame = equity()
    trades = trades_of(frame)
    frame.loc[1500:, "equity"] = 0.0
    found = judged(until_ruin(frame), trades)
    assert found["decision"] == "NO-GO"
    assert gate(found, "max_drawdown_pct")["value"] == 100.0
    assert "ruined" in found["warnings"][-1]


def test_reasons_and_warnings_are_readable_in_both_languages() -> None:
    frame = equity().head(700)
    ruined = frame["equity"].where(frame.index < 650, -1.0)
    found = judged(until_ruin(frame.assign(equity=ruined)), None)
    reported = [*found["evidence"]["reasons"], *found["warnings"]]
    assert any("days of backtest" in sentence for sentence in reported)
    assert all(sentence.in_("pt") != sentence for sentence in reported)
    assert any(sentence.endswith(":00 UTC; the rest is not counted.") for sentence in reported)
