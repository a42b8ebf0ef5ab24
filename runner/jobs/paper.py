"""The replay on paper: ``python -m runner.jobs.paper --spec spec.json``.

Replays the model of a signed decision on the candles that came after its backtest, by the code of
the revalidation and with the costs of the decision, and says what came true of its forecast. The
account begins flat at the close of the backtest's last bar. Nothing is ordered anywhere.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.canonical_json import canonical_sha256
from core.decision import SavedDecision, read_decision
from core.errors import InputError, IntegrityError, MarketDataError
from core.files import file_sha256, own_folder
from core.job_params import PaperParams
from core.language import Message
from core.market import load_candles, require_quality
from core.market.continuation import continued
from core.metrics.records import read_equity_csv, records_csv
from core.metrics.returns import bar_returns
from core.timestamps import iso
from core.trading.paper import PaperRecord, judged
from core.trading.paper_archive import candles_by_day, earlier_paper, going_on, write_paper
from runner.agent.backtest import run_backtest
from runner.agent.candidate import Candidate
from runner.agent.market import Market
from runner.jobs.attempt import COMPLETE, STOPPED, Spec, StopFlag, run_program, utc_now

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from core.market import Candles
    from core.trading.forecast import Forecast

_SIGN_AGAIN = Message("Revalidate the model, and have that decision signed.")


@dataclass(frozen=True)
class _New:
    """The candles that came, and all of them joined with those of the backtest."""

    candles: Candles
    joined: pd.DataFrame
    bars: int  # that came


def paper(spec: Spec, stop: StopFlag) -> int:
    """Run one attempt; returns the exit code."""
    asked, home = spec.asked(PaperParams), spec.home
    _progress(spec, "loading")
    saved = read_decision(home.revalidation_archive / asked.decision)
    decided = saved.decision
    forecast = decided.forecast
    if forecast is None:
        raise InputError(
            Message("The decision {sha256} has no forecast.", sha256=saved.sha256[:12]), _SIGN_AGAIN
        )
    candidate = _signed_model(spec, saved)
    came = home.resolve(asked.data) if asked.data else own_folder(home.live_data, decided.symbol)
    new = _new_candles(spec, saved, came)
    if stop.requested:
        spec.write_result({"complete": False, "status": "STOPPED"})
        return STOPPED
    _progress(spec, "replay")
    equity, trades = _replayed(candidate, saved, forecast, new)
    past = bar_returns(read_equity_csv(saved.file("equity.csv"))["equity"].to_numpy(float))
    tables = {"equity.csv": records_csv(equity), "trades.csv": records_csv(trades)}
    later = new.joined.iloc[-new.bars :]
    figures = judged(
        forecast, decided.gates, decided.conventions.bars_per_year, past, equity, trades
    )
    record = PaperRecord.model_validate(
        {
            **figures,
            "version": 1,
            "decision": saved.sha256,
            "job_id": spec.job_id,
            "made_at": iso(utc_now()),
            "data": new.candles.provenance(),
            "filled": int(later["is_filled"].sum()),
            "first": iso(later.index[0].to_pydatetime()),
            "candles": candles_by_day(later, forecast.bars_per_day, figures["days"]),
            "artifacts": {name: _sha256(text) for name, text in tables.items()},
        }
    )
    folder = home.paper(saved.sha256)
    if (earlier := earlier_paper(folder)) is not None:
        record = going_on(earlier, record, home.relative(came))
    path = write_paper(folder, record, tables, earlier)
    sentence = record.sentence(forecast.level)
    print(f"[INFO] {sentence}", flush=True)
    _progress(spec, "done")
    spec.write_result(
        {
            "complete": True,
            "decision": saved.sha256,
            "record": home.relative(path),
            "record_sha256": file_sha256(path),
            "data_sha256": record.data.sha256,
            "days": record.days,
            "of": record.of,
            "left_on": record.left_on,
            "expired_on": record.expired_on,
            "held": record.held,
            "sentence": sentence,
        }
    )
    return COMPLETE


def _signed_model(spec: Spec, saved: SavedDecision) -> Candidate:
    """The copy of the model that was kept at the signing.

    :raises IntegrityError: it is another one than the decision's.
    """
    signed = saved.decision.model
    candidate = Candidate.read(spec.home.signed_model(signed.sha256))
    manifest = canonical_sha256(candidate.manifest)
    if candidate.manifest["sha256"] != signed.sha256 or manifest != signed.manifest_sha256:
        raise IntegrityError(
            Message("{file} is not the model that was signed.", file=candidate.path.name),
            _SIGN_AGAIN,
        )
    return candidate


def _new_candles(spec: Spec, saved: SavedDecision, path: Path) -> _New:
    """The backtest's candles as they were signed, and those that came later.

    :raises MarketDataError: they don't go on where the others end, or are not clean.
    :raises IntegrityError: the signed copy has changed.
    """
    signed = load_candles(spec.home.signed_data(saved.decision.data.sha256))
    if signed.sha256 != saved.decision.data.sha256:
        raise IntegrityError(
            Message("The signed copy of the backtest candles was altered."), _SIGN_AGAIN
        )
    if not path.exists():
        raise MarketDataError(
            Message("There is no {path}.", path=str(path)),
            Message(
                "Put the candles that came after the backtest there, or name them: --data PATH"
            ),
        )
    candles = load_candles(path)
    joined, bars = continued(signed, candles, saved.decision.symbol)
    require_quality(candles, utc_now())
    return _New(candles, joined, bars)


def _replayed(
    candidate: Candidate, saved: SavedDecision, forecast: Forecast, new: _New
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Equity from the close of the backtest's last bar on, and the round trips."""
    horizon = forecast.days * forecast.bars_per_day
    start = len(new.joined) - new.bars - 1
    end = min(start + new.bars, start + horizon)
    market = Market.from_frame(new.joined.iloc[: end + 1])
    features = candidate.features(market)
    settings = replace(
        candidate.env_settings,
        costs=saved.decision.costs.model(),
        # A day that was judged must not change with the next one, so only the last is closed.
        exit_at_end=end - start == horizon,
    )
    policy = candidate.policy(market, features)
    backtest = run_backtest(policy, market, features, [(start, end)], settings)
    return backtest.equity, backtest.trades


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _progress(spec: Spec, stage: str) -> None:
    spec.write_progress({"stage": stage})


def main() -> int:
    """Entry point of the process."""
    return run_program(paper)


if __name__ == "__main__":
    sys.exit(main())
