"""Inputs on which the product was wrong, from beside the checkout: each is right now.

One function a kind, named after its folder; the tests of each subject hold the same values on
inputs that they make themselves, so that nothing here is needed to know that they are right.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.runner.cli.terminal import trainweek
from tests.shared_files import SHARED, shared_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASES: dict[str, Callable[[Path, Path], None]] = {}


def case(check: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    """Registers the check of a kind; it gets the case's folder and an empty home."""
    CASES[check.__name__] = check
    return check


def output(*words: object, home: Path | None = None, code: int | None = None) -> Any:
    """What a command prints as JSON."""
    done = trainweek(*words, "--json", home=home)
    assert "Traceback" not in done.stderr
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def diagnosed(folder: Path, code: int | None = None) -> dict[str, dict[str, Any]]:
    """The findings of the one run in a folder, by scenario."""
    found = output("diagnose", folder, code=code)
    if isinstance(found, dict):
        (run,) = found["runs"]
        found = run["findings"]
    return {finding["scenario"]: finding for finding in found}


def folder_in(case_folder: Path) -> Path:
    (folder,) = [each for each in case_folder.iterdir() if each.is_dir()]
    return folder


def gates(found: dict[str, Any]) -> dict[str, Any]:
    return {gate["id"]: gate["value"] for gate in found["gates"]}


def checked(folder: Path, code: int) -> dict[str, Any]:
    words = ("--train-data-dir", folder / "train", "--backtest-data-dir", folder / "backtest")
    return output("data", "check", *words, code=code)


def measured(folder: Path, equity: str, *more: object, code: int = 0) -> Any:
    return output(
        "metrics", "--equity", folder / equity, "--trades", folder / "trades.csv", *more, code=code
    )


@case
def bar_spacing(folder: Path, home: Path) -> None:
    found = measured(folder, "daily_400.csv")
    assert gates(found)["sharpe"] == pytest.approx(3.2085, abs=1e-4)
    assert gates(found)["calmar"] == pytest.approx(6.36, abs=0.01)
    assert found["facts"]["days"] == 400
    assert (
        "8,760"
        in measured(folder, "daily_400.csv", "--bars-per-year", 8760, code=2)["error"]["what"]
    )


@case
def bars_per_year(folder: Path, home: Path) -> None:
    for wrong in (-5, 0):
        words = ("metrics", "--equity", folder / "daily_400.csv", "--bars-per-year", wrong)
        assert str(wrong) in output(*words, code=2)["error"]["what"]


@case
def equity_gap(folder: Path, home: Path) -> None:
    found = measured(folder, "gap.csv")
    assert (found["facts"]["days"], found["times"]["missing_bars"]) == (120, 300)
    assert any("300 bars are missing" in warning for warning in found["warnings"])
    assert measured(folder, "good_hourly.csv")["times"]["missing_bars"] == 0


@case
def trades_of_another_backtest(folder: Path, home: Path) -> None:
    found = measured(folder, "flat.csv")
    assert gates(found)["profit_factor"] is None
    assert any("difference of 3,370.53" in warning for warning in found["warnings"])


@case
def ruin(folder: Path, home: Path) -> None:
    found = measured(folder, "ruin_last_row.csv")
    assert found["decision"] == "NO-GO"
    assert gates(found)["max_drawdown_pct"] == 100
    assert gates(found)["calmar"] == -1


@case
def train_backtest_overlap(folder: Path, home: Path) -> None:
    assert any("share 200 bars" in error for error in checked(folder, 1)["errors"])


@case
def prefilled_bars(folder: Path, home: Path) -> None:
    assert any("Longest run: 720" in error for error in checked(folder, 1)["errors"])


@case
def impossible_prices(folder: Path, home: Path) -> None:
    assert any("a.csv" in error for error in checked(folder, 1)["errors"])


@case
def format_message(folder: Path, home: Path) -> None:
    found = checked(folder, 0)
    assert [each["facts"]["raw_rows"] for each in found["datasets"]] == [1440, 720]


@case
def import_dates(folder: Path, home: Path) -> None:
    trainweek("week", "new", "--launch", "now", home=home)
    (home / "m.zip").touch()
    (home / "n.json").write_text("{}")
    words = ("model", "import", home / "m.zip", "--normaliser", home / "n.json")
    found = output(*words, "--trained-from", "2024-13-01", home=home, code=2)
    assert "2024-13-01" in found["error"]["what"]
    assert output("jobs", "list", home=home) == []


@case
def job_param(folder: Path, home: Path) -> None:
    trainweek("week", "new", "--launch", "now", home=home)
    for wrong in ("x=NaN", "x=Infinity", 'x="\\ud800"', "x"):
        assert output("jobs", "submit", "data-check", "--param", wrong, home=home, code=2)["error"]


@case
def week_launch_range(folder: Path, home: Path) -> None:
    for launch in ("0001-01-01T00:00Z", "9999-12-31T23:59Z", "0001-01-01T00:00+14:00"):
        assert output("week", "new", "--launch", launch, home=home, code=2)["error"]["what"]


@case
def finished_run_hung(folder: Path, home: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("nothing is denied to root: see test_event_writers")
    assert diagnosed(folder_in(folder), 0)["hung"]["status"] == "OK"


@case
def side_folder_hides_run(folder: Path, home: Path) -> None:
    assert diagnosed(folder_in(folder), 2)["kl_explosion"]["status"] == "FIRING"


@case
def several_runs(folder: Path, home: Path) -> None:
    found = output("diagnose", folder_in(folder), code=2)
    assert [run["run"] for run in found["runs"]] == [f"PPO_{n}" for n in range(1, 7)]


@case
def add_scalars_folders(folder: Path, home: Path) -> None:
    seen = output("inspect", folder_in(folder), code=0)
    text = json.dumps(seen)
    assert "loss_train" in text
    assert "loss_val" in text
    assert "two writers" not in trainweek("diagnose", folder_in(folder)).stdout


@case
def clock_steps_back(folder: Path, home: Path) -> None:
    found = diagnosed(folder_in(folder))
    assert found["kl_explosion"]["status"] in ("FIRING", "RECOVERING")
    clock = found["data_issue"]
    assert "clock" in json.dumps(
        [clock["headline"], clock["evidence_for"], clock["evidence_against"]]
    )


@case
def terminal_escape(folder: Path, home: Path) -> None:
    shown = trainweek("inspect", folder_in(folder)).stdout
    assert "\x1b" not in shown
    assert "\\x1b" in shown


@case
def zero_event_file(folder: Path, home: Path) -> None:
    text = json.dumps(diagnosed(folder_in(folder))["data_issue"])
    assert "not read" in text or "can't be read" in text


@case
def other_frameworks(folder: Path, home: Path) -> None:
    found = diagnosed(folder_in(folder), 0)
    assert found["no_metrics"]["status"] == "OK"
    assert "ising" in found["not_converging"]["headline"]


@case
def collapse_after_peak(folder: Path, home: Path) -> None:
    assert diagnosed(folder_in(folder), 2)["collapse"]["status"] == "FIRING"


@case
def collapse_called_converged(folder: Path, home: Path) -> None:
    found = diagnosed(folder_in(folder), 2)
    assert found["policy_dead"]["status"] == "FIRING"
    assert "converged" not in json.dumps(found["policy_dead"]["headline"])


@case
def ruined_called_learning(folder: Path, home: Path) -> None:
    found = diagnosed(folder_in(folder), 2)
    assert found["collapse"]["status"] == "FIRING"
    assert "learning" not in found["not_converging"]["headline"]


@case
def kl_spike_never_clears(folder: Path, home: Path) -> None:
    found = diagnosed(folder_in(folder), 0)
    assert found["kl_explosion"]["status"] != "FIRING"


@case
def schedule_called_frozen(folder: Path, home: Path) -> None:
    assert diagnosed(folder_in(folder), 0)["policy_dead"]["status"] == "OK"


@case
def silent_scenarios(folder: Path, home: Path) -> None:
    assert diagnosed(folder_in(folder), 1)["critic_useless"]["status"] == "FIRING"


@case
def critic_useless(folder: Path, home: Path) -> None:
    found = diagnosed(folder_in(folder))["critic_useless"]
    assert found["status"] == "FIRING"
    assert "explained variance" in json.dumps(found)


@case
def slow_path(folder: Path, home: Path) -> None:
    assert output("inspect", folder_in(folder), code=0)["tags"]  # its speed: make bench


def kinds() -> list[str]:
    folder = SHARED / "cases"
    return (
        sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    )


def test_every_kind_that_is_there_has_its_check() -> None:
    assert set(kinds()) <= set(CASES)


@pytest.mark.parametrize("kind", sorted(CASES))
def test_what_was_wrong_is_right(kind: str, tmp_path: Path) -> None:
    for folder in sorted(shared_file(f"cases/{kind}").iterdir()):
        home = tmp_path / folder.name
        home.mkdir()
        CASES[kind](folder, home)
