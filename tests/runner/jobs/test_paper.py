"""The replay on paper of a signed model, as real processes on candles that came later."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from core.errors import InputError, IntegrityError
from core.market.synthetic import make_market, write_market
from core.model_manifest import manifest_path
from core.paths import Home
from core.trading.paper import RECORD, PaperRecord, read_paper
from core.trading.paper_archive import kept_papers, write_paper
from runner.jobs.attempt import StopFlag, read_spec
from runner.jobs.paper import paper
from tests.expected import present
from tests.runner.jobs.training_home import SIGNAL, START, result, run, write_spec

if TYPE_CHECKING:
    from pathlib import Path

    from core.market.synthetic import SyntheticMarket

pytestmark = pytest.mark.slow  # a real training run and revalidation

TRAIN_BARS, TEST_BARS, LATER_BARS = 5_000, 2_600, 32 * 24


@dataclass(frozen=True)
class Signed:
    """A home with a decision whose model and candles were kept, as at a signing."""

    home: Home
    sha256: str
    market: SyntheticMarket

    def bars(self, first: int, last: int) -> None:
        """Put the bars ``first`` to ``last`` after the backtest into data/live."""
        index = self.market.candles.frame.index
        begin = index[TRAIN_BARS + TEST_BARS + first].to_pydatetime()
        end = index[TRAIN_BARS + TEST_BARS + last].to_pydatetime()
        write_market(self.market, self.home.live_data / "live.csv", first=begin, before=end)

    def follow(self, **params: Any) -> PaperRecord:
        spec = write_spec(self.home, "paper", decision=self.sha256, **params)
        assert paper(read_spec(spec), StopFlag()) == 0
        return present(read_paper(self.home.paper(self.sha256)))


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    home = Home(tmp_path_factory.mktemp("home"))
    market = make_market(11, TRAIN_BARS + TEST_BARS + LATER_BARS, START, SIGNAL)
    index = market.candles.frame.index
    cut, end = (index[bar].to_pydatetime() for bar in (TRAIN_BARS, TRAIN_BARS + TEST_BARS))
    write_market(market, home.train_data / "ogn.csv", before=cut)
    write_market(market, home.backtest_data / "ogn.csv", first=cut, before=end)
    assert run("train_ppo", write_spec(home, "train", steps=20_000)).returncode == 0
    spec = write_spec(home, "revalidate", run="saved", save_report=True)
    assert run("revalidate", spec).returncode == 0
    sha256 = result(spec)["sha256"]
    decision = json.loads(
        (home.revalidation_archive / sha256 / "decision.json").read_text(encoding="utf-8")
    )
    model = home.signed_model(decision["model"]["sha256"])
    model.parent.mkdir(parents=True)
    shutil.copy(home.best_model, model)
    shutil.copy(manifest_path(home.best_model), manifest_path(model))
    shutil.copytree(home.backtest_data, home.signed_data(decision["data"]["sha256"]))
    return Signed(home, sha256, market)


@pytest.fixture
def signed(decided: Signed, tmp_path: Path) -> Signed:
    for part in ("models/signed", "data/signed", "reports"):
        shutil.copytree(decided.home.root / part, tmp_path / part)
    return Signed(Home(tmp_path), decided.sha256, decided.market)


def refusal(signed: Signed, **params: Any) -> str:
    spec = write_spec(signed.home, "paper", **({"decision": signed.sha256} | params))
    with pytest.raises((InputError, IntegrityError)) as refused:
        paper(read_spec(spec), StopFlag())
    assert refused.value.remedy
    return refused.value.what


def test_days_that_were_judged_stay_as_they_are_when_more_candles_come(signed: Signed) -> None:
    signed.bars(0, 10 * 24 + 7)
    first = signed.follow()
    assert (first.days, first.of, first.complete) == (10, 30, False)
    signed.bars(0, 20 * 24)
    second = signed.follow()
    assert second.days == 20
    for name in ("equity", "drawdown_pct", "trades", "wealth"):
        assert getattr(second, name)[:10] == getattr(first, name)
    signed.bars(0, LATER_BARS - 1)
    third = signed.follow()
    assert (third.days, third.complete) == (30, True)
    assert third.equity[:20] == second.equity
    assert third.held is not None
    assert set(third.gates) == {
        "sharpe", "max_drawdown_pct", "win_rate_pct", "profit_factor", "consecutive_losses", "calmar",
    }  # fmt: skip


def test_a_longer_backtest_file_gives_the_same_days_as_the_new_bars_alone(signed: Signed) -> None:
    signed.bars(0, 5 * 24)
    alone = signed.follow()
    signed.bars(-100, 5 * 24)
    grown = signed.follow(data="data/live/live.csv")
    assert (grown.equity, grown.wealth, grown.first) == (alone.equity, alone.wealth, alone.first)


def test_the_tables_and_the_result_say_what_the_record_says(signed: Signed) -> None:
    signed.bars(0, 3 * 24)
    record = signed.follow()
    equity = pd.read_csv(signed.home.paper(signed.sha256) / "equity.csv")
    assert len(equity) == 1 + 3 * 24
    assert equity["equity"].iloc[-1] / equity["equity"].iloc[0] == pytest.approx(record.equity[-1])
    spec = signed.home.attempt("paper-run-a", 1)
    saved = json.loads((spec / "result.json").read_text(encoding="utf-8"))
    assert saved["days"] == 3
    assert saved["sentence"].startswith("3 of 30 days, ")


def test_a_gap_after_the_backtest_is_refused(signed: Signed) -> None:
    signed.bars(5, 3 * 24)
    assert "are missing after the backtest" in refusal(signed)


def test_a_bar_that_differs_from_the_signed_one_is_refused(signed: Signed) -> None:
    signed.bars(-100, 3 * 24)
    file = signed.home.live_data / "live.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    cells = lines[50].split(",")
    cells[-1] = str(float(cells[-1]) + 1.0)
    file.write_text("\n".join([*lines[:50], ",".join(cells), *lines[51:]]), encoding="utf-8")
    assert "differs from the signed candles at" in refusal(signed)


def test_nothing_new_a_cell_that_is_no_number_and_no_folder_are_refused(signed: Signed) -> None:
    assert "There is no " in refusal(signed)
    signed.bars(-100, 0)
    assert "has no bar after" in refusal(signed)
    signed.bars(0, 30)
    file = signed.home.live_data / "live.csv"
    text = file.read_text(encoding="utf-8").splitlines()
    broken = ",".join([*text[9].split(",")[:-1], "nan"])
    file.write_text("\n".join([*text[:9], broken, *text[10:]]), encoding="utf-8")
    assert "live.csv" in refusal(signed)


def test_another_model_in_the_place_of_the_signed_one_is_refused(signed: Signed) -> None:
    signed.bars(0, 30)
    manifest = next((signed.home.root / "models/signed").glob("*.manifest.json"))
    fields = json.loads(manifest.read_text(encoding="utf-8"))
    fields["step"] += 1
    manifest.write_text(json.dumps(fields), encoding="utf-8")
    assert "is not the model that was signed" in refusal(signed)


def test_what_was_judged_is_final(signed: Signed) -> None:
    signed.bars(0, 6 * 24)
    first = signed.follow()
    folder = signed.home.paper(signed.sha256)
    expired = first.model_copy(update={"expired_on": 5})  # as an older test may have found
    for file in (folder / "records").iterdir():
        file.unlink()
    write_paper(folder, expired, {}, None)
    before = (folder / RECORD).read_bytes()
    signed.bars(0, 3 * 24)
    assert "has 3 whole days after the backtest; 6 were judged already" in refusal(signed)
    signed.bars(0, 7 * 24)
    file = signed.home.live_data / "live.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    cells = lines[50].split(",")
    cells[-1] = str(float(cells[-1]) * 1.01)
    file.write_text("\n".join([*lines[:50], ",".join(cells), *lines[51:]]), encoding="utf-8")
    assert "differs from the candles of days that were judged" in refusal(signed)
    assert (folder / RECORD).read_bytes() == before
    signed.bars(0, 7 * 24)
    again = signed.follow()
    assert (again.days, again.expired_on, again.held) == (7, 5, False)
    assert [each.days for each in kept_papers(folder)] == [6, 7]
