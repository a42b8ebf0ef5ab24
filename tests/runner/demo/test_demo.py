"""The demo is the whole week through every real process; so is its test."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from core.checks import judge_slot
from core.gates import read_equity_csv, read_trades_csv, score
from core.paths import Home
from core.people import Person
from core.vocabulary import JobKind, JobState, Role, SlotState, Verdict
from runner.client import Client
from runner.demo.pace import week_moment
from runner.demo.play import LAUNCH
from runner.week.agenda import agenda
from runner.week.facts import gather
from runner.week.sources import Sources
from tests.expected import present
from tests.played_home import TRAINWEEK, played_home
from tests.runner.cli.terminal import trainweek


def demo(home: Path, steps: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [TRAINWEEK, "demo", "--headless", "--steps", str(steps), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def processes_of(home: Path) -> list[str]:
    """Command lines of live processes that name the home."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(home) in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    root, output = played_home(tmp_path_factory)
    return Home(root), output


@pytest.mark.slow
def test_a_week_is_played_to_the_waiting_decision(played: tuple[Home, str]) -> None:
    home, output = played
    client = Client(home, Person("reader", Role.VIEWER))
    week = client.active_week()
    assert week is not None
    assert week.synthetic
    # The week has its own model, no sweep, and no candles after its backtest.
    played_kinds = set(JobKind) - {
        JobKind.IMPORT_MODEL,
        JobKind.TRIAL,
        JobKind.REPRODUCE,
        JobKind.TWIN,
        JobKind.PAPER,
    }
    states = {kind: present(client.latest_job(kind, week.id)).state for kind in played_kinds}
    assert set(states.values()) == {JobState.SUCCEEDED}, states
    decision = json.loads((home.revalidation / "2026-02-27_decision.json").read_text("utf-8"))
    assert f"Decision: {decision['decision']}" in output
    assert client.signatures(week.id) == []
    views = {view.spec.id: view for view in agenda(Sources.of(client, week))}
    left = [i for i, v in views.items() if v.state is SlotState.OVERDUE and i != "approval"]
    assert left == [], "everything due was judged on time"
    assert Verdict.UNKNOWN in views["daily_1"].troubles, "so short a run has no trend"
    assert "reward_trend: Not enough data" in output
    ticks = {tick.check: tick for tick in client.ticks(week.id, "daily_1")}
    assert ticks["reward_trend"].note.startswith("Seen: Not enough data")


@pytest.mark.slow
def test_the_printed_paths_exist(played: tuple[Home, str]) -> None:
    _, output = played
    paths = [
        Path(line.strip()) for line in output.split("Written:")[1].splitlines() if line.strip()
    ]
    assert len(paths) >= 10
    assert all(path.exists() for path in paths)


@pytest.mark.slow
def test_every_day_has_its_summary_with_the_manuals_keys(played: tuple[Home, str]) -> None:
    home, _ = played
    keys = [
        "date", "training_status", "time_elapsed_hours", "estimated_time_remaining_hours",
        "reward_trend", "last_reward", "approx_sharpe", "kl_divergence_last", "no_issues",
        "checklist",
    ]  # fmt: skip
    for day in ("2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26"):
        summary = json.loads((home.daily_summaries / f"{day}.json").read_text("utf-8"))
        assert list(summary)[:10] == keys
        assert summary["date"] == day
        assert len(summary["checklist"].split()) == 5


@pytest.mark.slow
def test_the_saved_record_reproduces_the_decision(played: tuple[Home, str]) -> None:
    home, _ = played
    dated = home.revalidation
    decision = json.loads((dated / "2026-02-27_decision.json").read_text("utf-8"))
    playbook = present(Client(home, Person("reader", Role.VIEWER)).active_week()).playbook
    card = score(
        read_equity_csv(dated / "2026-02-27_equity.csv"),
        read_trades_csv(dated / "2026-02-27_trades.csv"),
        playbook.gates,
        playbook.decision,
    )
    again = card.as_dict()
    assert again["decision"] == decision["decision"]
    for saved, rescored in zip(decision["gates"], again["gates"], strict=True):
        assert saved["id"] == rescored["id"]
        assert saved["passed"] == rescored["passed"]
        assert rescored["value"] == pytest.approx(saved["value"], rel=1e-9)


@pytest.mark.slow
def test_a_slot_that_is_judged_late_is_judged_the_same(played: tuple[Home, str]) -> None:
    """The ticks hold the verdicts that were seen while the week ran."""
    home, _ = played
    client = Client(home, Person("reader", Role.VIEWER))
    week = present(client.active_week())
    seen = {
        (tick.slot, tick.check): (tick.verdict_seen, tick.value_seen)
        for tick in client.ticks(week.id)
        if week.playbook.slot(tick.slot).kind in {"hourly", "daily"}
    }
    again = {}
    for slot in {slot for slot, _ in seen}:
        facts = gather(Sources.of(client, week), week.playbook.slot(slot).at(week.launch))
        for judged in judge_slot(week.playbook, slot, facts):
            value = "" if judged.reading is None else str(judged.reading.value)
            again[slot, judged.check] = (judged.verdict, value)
    assert len(seen) > 15
    assert {key: again[key] for key in seen} == seen


@pytest.mark.slow
def test_the_ledger_of_a_played_week_verifies(played: tuple[Home, str], tmp_path: Path) -> None:
    home = Home(shutil.copytree(played[0].root, tmp_path / "home"))
    done = trainweek("ledger", "verify", home=home.root)
    assert done.returncode == 0, done.stdout
    lines = home.ledger.read_text("utf-8").splitlines()
    altered = [lines[0], *lines[1:-1][::-1], lines[-1]]
    home.ledger.write_text("\n".join(altered) + "\n", "utf-8")
    assert trainweek("ledger", "verify", home=home.root).returncode == 1


@pytest.mark.slow
def test_nothing_is_left_running(played: tuple[Home, str]) -> None:
    home, _ = played
    assert processes_of(home.root) == []


@pytest.mark.slow
def test_hidden_event_files_turn_checks_unknown(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    process = demo(home.root, 150_000)
    try:
        client = Client(home, Person("on call", Role.ENGINEER))
        slot_at = LAUNCH + timedelta(hours=2)
        deadline = time.monotonic() + 120
        while True:
            week = client.active_week() if home.database.exists() else None
            if week is not None and client.now_week(week.id) > slot_at:
                break
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        before = {
            j.check: j.verdict
            for j in judge_slot(
                week.playbook, "hourly_2", gather(Sources.of(client, week), slot_at)
            )
        }
        assert before["speed"] in {Verdict.PASS, Verdict.FAIL}, before
        shutil.move(home.tensorboard, home.root / "hidden")
        after = {
            j.check: j.verdict
            for j in judge_slot(
                week.playbook, "hourly_2", gather(Sources.of(client, week), slot_at)
            )
        }
        readings = {"reward_positive", "loss_falling", "speed", "policy_loss"}
        assert {after[check] for check in readings} == {Verdict.UNKNOWN}
        assert Verdict.PASS not in {after[check] for check in readings}
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert processes_of(home.root) == [], output


@pytest.mark.slow
def test_a_folder_that_no_demo_made_is_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work", encoding="utf-8")
    process = demo(tmp_path, 1000)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "not a demo's" in output
    assert "empty folder" in output
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "three years of work"


def test_the_weeks_course_rises_from_launch_to_the_fifth_morning() -> None:
    moments = [week_moment(LAUNCH, share / 200) for share in range(-10, 220)]
    assert moments == sorted(moments)
    assert moments[0] == LAUNCH
    assert moments[-1] == LAUNCH + timedelta(hours=72)


def test_a_short_training_takes_less_of_the_week() -> None:
    assert week_moment(LAUNCH, 1.0, length=0.5) == LAUNCH + timedelta(hours=36)
    assert week_moment(LAUNCH, 1.0, length=0.001) == LAUNCH + timedelta(hours=5.1)
