"""The manual's four scripts, with its flags and its expected lines, in one small real week."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.paths import Home
from runner.home.launch import stop_all
from tests.expected import present
from tests.runner.cli.terminal import TRAINWEEK, sample_candles, script, trainweek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEPS = 8_192
START = ("--symbol", "OGNUSDT", "--mode", "paper", "--tag", "F12-phase4-final", "--timestamp")
REVALIDATE = (
    "--model-path", "models/ppo_phase4/best_model",
    "--backtest-data-dir", "data/backtest/",
    "--num-episodes", "10",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("manual")
    sample_candles(folder)
    yield folder
    stop_all(Home(folder))


@pytest.fixture(scope="module")
def trained(home: Path) -> subprocess.CompletedProcess[str]:
    """The manual's start command in a home that knows no week yet."""
    return script("start_ppo_training.py", *START, "--steps", STEPS, home=home)


@pytest.mark.slow
def test_the_start_command_prints_the_manuals_lines(
    trained: subprocess.CompletedProcess[str],
) -> None:
    assert trained.returncode == 0, trained.stdout + trained.stderr
    lines = trained.stdout.splitlines()
    expected = [
        "[INFO] Starting PPO training...",
        "[INFO] Model initialized",
        "[INFO] Training loop started",
        f"[INFO] Step 1/{STEPS}",
    ]
    assert [line for line in lines if line in expected] == expected
    assert "Running the pre-flight:" in lines
    assert sum(line.startswith("  ✅ preflight_") for line in lines) == 6


@pytest.mark.slow
def test_the_run_bears_tag_and_launch_time(
    home: Path, trained: subprocess.CompletedProcess[str]
) -> None:
    (run,) = Home(home).tensorboard.iterdir()
    tag, _, moment = run.name.partition("_")
    assert tag == "F12-phase4-final"
    launched = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - launched).total_seconds()) < 600


@pytest.mark.slow
def test_the_daily_check_prints_what_it_writes(
    home: Path, trained: subprocess.CompletedProcess[str]
) -> None:
    # Today, not the week's first day: midnight may have passed since the launch, and a day
    # that is over is judged as of its end, which may lie before the training's.
    today = datetime.now(UTC).date().isoformat()
    done = script("daily_training_check.py", "--date", today, home=home)
    printed = json.loads(done.stdout)
    written = Home(home).daily_summaries / f"{today}.json"
    assert json.loads(written.read_text("utf-8")) == printed
    assert printed["training_status"] == "COMPLETED"
    all_pass = printed["checklist"] == "✅ ✅ ✅ ✅ ✅"
    assert done.returncode == (0 if all_pass else 1)


@pytest.mark.slow
def test_a_day_outside_the_week_is_refused(
    home: Path, trained: subprocess.CompletedProcess[str]
) -> None:
    done = script("daily_training_check.py", "--date", "2020-01-01", home=home)
    assert done.returncode == 2
    assert "not a day of week" in done.stderr


@pytest.mark.slow
def test_revalidation_without_save_report_prints_and_writes_nothing(
    home: Path, trained: subprocess.CompletedProcess[str]
) -> None:
    done = script("revalidate_model.py", *REVALIDATE, home=home)
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("[INFO]") and line.endswith("...")] == [
        "[INFO] Loading model...",
        "[INFO] Running backtest...",
        "[INFO] Computing metrics...",
    ], done.stdout + done.stderr
    (decision,) = [line for line in lines if line.startswith("[INFO] Decision: ")]
    assert decision.removeprefix("[INFO] Decision: ") in {"GO", "PARTIAL", "NO-GO"}
    assert "Gate 1: Sharpe Ratio ≥ 1.0" in lines
    assert "Gate 6: Calmar Ratio ≥ 2.0" in lines
    assert done.returncode == (0 if decision.endswith(": GO") else 1)
    assert not list(Home(home).root.glob("reports/revalidation/*"))


@pytest.mark.slow
def test_a_second_start_begins_another_run_only_if_it_is_told_to(
    home: Path, trained: subprocess.CompletedProcess[str]
) -> None:
    """Ctrl-C on the script detaches: the training run continues until it is stopped."""
    refused = script("start_ppo_training.py", *START, "--detach", home=home)
    assert refused.returncode == 2
    assert "--new" in refused.stderr
    assert "already has its run" in refused.stderr
    assert len(_trainings(home)) == 1
    environment = os.environ | {"TRAINWEEK_HOME": str(home)}
    command = [str(TRAINWEEK), "start", "--new", "--steps", "400000"]
    following = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    for line in present(following.stdout):
        if line.startswith("[INFO] Step 1/"):
            break
    following.send_signal(signal.SIGINT)
    rest, _ = following.communicate(timeout=30)
    assert "Detached" in rest
    (job,) = [j for j in _trainings(home) if j["state"] == "RUNNING"]
    assert trainweek("jobs", "stop", job["id"], home=home).returncode == 0
    deadline = time.monotonic() + 60
    while _trainings(home)[0]["state"] not in {"STOPPED", "SUCCEEDED"}:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert _trainings(home)[0]["state"] == "STOPPED"
    refused = script("start_ppo_training.py", *START, "--detach", home=home)
    assert refused.returncode == 2
    assert "--resume" in refused.stderr
    assert "--new" in refused.stderr


def test_missing_candles_end_the_data_check_with_one(tmp_path: Path) -> None:
    done = script("check_data_availability.py", home=tmp_path)
    assert done.returncode == 1
    assert "data/train" in done.stdout
    assert "trainweek data sample" in done.stdout


def test_clean_candles_end_the_data_check_with_zero(home: Path) -> None:
    done = script("check_data_availability.py", home=home)
    assert done.returncode == 0, done.stdout
    assert "synthetic" in done.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [(("--mode", "live"), "'live'"), (("--symbol", "BTCUSDT"), "BTCUSDT")],
)
def test_a_start_that_the_manual_does_not_know_is_refused(
    tmp_path: Path, words: tuple[str, str], named: str
) -> None:
    trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    done = script("start_ppo_training.py", *words, home=tmp_path)
    assert done.returncode == 2
    assert named in done.stderr


def _trainings(home: Path) -> list[dict]:
    return json.loads(trainweek("jobs", "list", "--kind", "train", "--json", home=home).stdout)
