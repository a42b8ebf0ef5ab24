from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from core.errors import InputError, TelemetryError
from runner.cli import app
from tests.event_files import header, scalar, write_events
from tests.expected import present
from tests.runner.cli.terminal import trainweek
from tests.shared_files import SHARED

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = SHARED / "events" / "EXPECTED.json"
FIELDS = ("n", "first", "last", "min", "max", "nonfinite")
HOUR = 3600


def test_inspect_prints_raw_facts_per_tag(tmp_path: Path) -> None:
    write_events(
        tmp_path,
        {
            "train/approx_kl": [(10, 100.0, 0.5), (20, 110.0, math.nan), (30, 120.0, 0.25)],
            "rollout/ep_rew_mean": [(10, 100.0, -2.0), (30, 120.0, 8.0)],
        },
    )
    done = trainweek("inspect", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["tags"]["train/approx_kl"] == {
        "n": 3,
        "first": [10, 0.5],
        "last": [30, 0.25],
        "min": 0.25,
        "max": 0.5,
        "nonfinite": 1,
        "known_as": "train/approx_kl",
    }
    assert seen["readings"]["last_reward"]["value"] == 8.0
    assert seen["problems"] == []


@pytest.mark.skipif(not EXPECTED.exists(), reason="the public event files are not here")
@pytest.mark.slow
def test_inspect_tells_the_truth_about_every_public_event_file() -> None:
    """In this process: fifty of our own would take a minute."""
    expected = json.loads(EXPECTED.read_text("utf-8"))
    assert len(expected) > 50
    for name, truth in expected.items():
        done = CliRunner().invoke(app, ["inspect", str(EXPECTED.parent / name), "--json"])
        assert done.exit_code == 0, done.output
        seen = json.loads(done.stdout)
        assert seen["problems"] == [], name
        facts = {
            tag: {field: entry[field] for field in FIELDS} for tag, entry in seen["tags"].items()
        }
        assert facts == {
            tag: {field: entry[field] for field in FIELDS}
            for tag, entry in truth["tags"].items()
            if "first" in entry  # the others are no scalars
        }, name


def test_inspect_of_a_missing_folder_names_it_and_the_remedy(tmp_path: Path) -> None:
    done = trainweek("inspect", tmp_path / "nowhere", "--json")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    error = json.loads(done.stdout)["error"]
    assert error["kind"] == "TelemetryError"
    assert "nowhere" in error["what"]
    assert error["exit_code"] == 2
    assert trainweek("inspect", tmp_path / "nowhere").stdout == ""


def test_a_damaged_file_is_a_problem_beside_the_good_ones(tmp_path: Path) -> None:
    write_events(tmp_path / "a", {"time/fps": [(1, 1.0, 5.0)]})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "events.out.tfevents.1.x").write_text("version https://lfs\n" * 5, "utf-8")
    seen = json.loads(trainweek("inspect", tmp_path, "--json").stdout)
    assert seen["tags"]["time/fps"]["n"] == 1
    assert [problem["file"] for problem in seen["problems"]] == ["b/events.out.tfevents.1.x"]


@pytest.mark.parametrize("text", ["", "short", "a text file, and no event file\n" * 9])
def test_a_file_without_an_event_is_named_and_never_judged(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(text, "utf-8")
    inspected = CliRunner().invoke(app, ["inspect", str(file), "--json"])
    assert isinstance(inspected.exception, TelemetryError)
    assert inspected.output == ""
    assert f"{file} contains no TensorBoard events" in inspected.exception.what
    assert "events.out.tfevents" in inspected.exception.remedy
    diagnosed = CliRunner().invoke(app, ["diagnose", str(file), "--json"])
    assert diagnosed.exit_code == 3
    assert diagnosed.stdout == ""
    assert f"{file} contains no TensorBoard events" in diagnosed.stderr


@pytest.mark.parametrize("begin", [1_700_000_000.0, None])
def test_files_whose_process_nobody_knows_are_never_called_running(
    tmp_path: Path, begin: float | None
) -> None:
    begin = begin or time.time() - 40
    points = [(step * 100, begin + step, 100.0) for step in range(40)]
    write_events(tmp_path / "run", {"time/fps": points, "rollout/ep_rew_mean": points})
    write_events(tmp_path / "empty", {})
    last = datetime.fromtimestamp(begin + 41, UTC).isoformat()
    for words in (["run"], ["run", "--now", last], ["empty"]):
        done = CliRunner().invoke(app, ["diagnose", str(tmp_path / words[0]), *words[1:], "--json"])
        found = {f["scenario"]: f for f in json.loads(done.stdout)}
        assert "RUNNING" not in done.stdout
        assert "process" in found["crash"]["headline"]
        assert "known" in found["crash"]["headline"]
        assert (found["crash"]["status"] == "NO_DATA") == (words[0] == "empty")
        if words[0] == "empty":
            assert found["no_metrics"]["status"] == "FIRING"
            assert found["slowdown"]["headline"].startswith("0 iterations;")


@pytest.mark.parametrize(
    "files", [{}, {"notes.txt": "text"}, {"events.out.tfevents.1": "text\n" * 9}]
)
@pytest.mark.parametrize("command", ["inspect", "diagnose"])
def test_a_folder_without_an_event_exits_with_three(
    tmp_path: Path, command: str, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = CliRunner().invoke(app, [command, str(tmp_path)])
    assert done.exit_code == 3
    assert f"{tmp_path} contains no TensorBoard events" in done.stderr


def runs_of(folder: Path) -> None:
    """PPO_1 calm, PPO_2 exploded, PPO_3 calm, each from step 0."""
    for number in (1, 2, 3):
        begin = 1_700_000_000.0 + number * 1000
        steps = [(n * 1024, begin + n) for n in range(1, 31)]
        kl = [
            (step, wall, 5.0 if number == 2 and n > 20 else 0.008)
            for n, (step, wall) in enumerate(steps)
        ]
        curve = [(step, wall, float(n)) for n, (step, wall) in enumerate(steps)]
        tags = {"time/fps": curve, "rollout/ep_rew_mean": curve, "train/approx_kl": kl}
        write_events(folder / f"PPO_{number}", tags)


def test_each_of_several_runs_is_diagnosed_and_the_worst_decides(tmp_path: Path) -> None:
    runs_of(tmp_path)
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path), "--json"])
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    assert [run["run"] for run in found["runs"]] == ["PPO_1", "PPO_2", "PPO_3"]
    assert [run["exit_code"] == 2 for run in found["runs"]] == [False, True, False]
    kl = [
        next(f["status"] for f in run["findings"] if f["scenario"] == "kl_explosion")
        for run in found["runs"]
    ]
    assert kl == ["OK", "FIRING", "OK"]
    shown = CliRunner().invoke(app, ["diagnose", str(tmp_path)])
    assert shown.exit_code == 2
    assert shown.stdout.startswith("3 runs found")
    alone = CliRunner().invoke(app, ["diagnose", str(tmp_path / "PPO_2"), "--json"])
    assert json.loads(alone.stdout)[0]["scenario"] == found["runs"][1]["findings"][0]["scenario"]


def test_each_of_several_runs_is_inspected(tmp_path: Path) -> None:
    runs_of(tmp_path)
    found = json.loads(CliRunner().invoke(app, ["inspect", str(tmp_path), "--json"]).stdout)
    assert [run["tags"]["train/approx_kl"]["n"] for run in found["runs"]] == [30, 30, 30]
    assert [run["readings"]["step"]["value"] for run in found["runs"]] == [30720] * 3
    shown = CliRunner().invoke(app, ["inspect", str(tmp_path)]).stdout
    assert shown.startswith("3 runs found")
    assert shown.count("train/approx_kl") == 3


def test_watch_asks_which_of_several_runs(tmp_path: Path) -> None:
    runs_of(tmp_path)
    done = CliRunner().invoke(app, ["watch", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert "3 runs: PPO_1, PPO_2, PPO_3" in done.exception.what
    assert str(tmp_path / "PPO_3") in done.exception.remedy


def test_texts_of_a_file_can_not_control_the_terminal(tmp_path: Path) -> None:
    nan = float("nan")
    tags = ["\x1b[31mred", "new\nline", "c1\x9b2J", "turn\u202eed"]
    points = [(n * 10, 1000.0 + n, float(n)) for n in range(1, 30)]
    write_events(
        tmp_path / "a\x1b[2J",
        {"train/approx_kl": points} | {tag: [*points, (300, 1030.0, nan)] for tag in tags},
    )
    for command in ("inspect", "diagnose"):
        done = CliRunner().invoke(app, [command, str(tmp_path)])
        assert not set(done.stdout) & {"\x1b", "\x9b", "\u202e", "\r"}
        assert "new\\nline" in done.stdout
        assert "\\x1b[31mred" in done.stdout


@pytest.mark.parametrize(("calm", "code"), [(1, 2), (5, 1), (25, 0)])
def test_a_run_that_recovers_from_a_critical_finding_is_not_fine_yet(
    tmp_path: Path, calm: int, code: int
) -> None:
    walls = [(step * 100, 1_700_000_000.0 + step) for step in range(80)]
    spike = len(walls) - 1 - calm
    kl = [(step, wall, 0.9 if i == spike else 0.01) for i, (step, wall) in enumerate(walls)]
    reward = [(step, wall, float(i)) for i, (step, wall) in enumerate(walls)]
    write_events(
        tmp_path, {"time/fps": reward, "rollout/ep_rew_mean": reward, "train/approx_kl": kl}
    )
    assert CliRunner().invoke(app, ["diagnose", str(tmp_path)]).exit_code == code


def test_a_run_whose_process_is_seen_is_running(tmp_path: Path) -> None:
    points = [(step * 100, time.time() - 40 + step, 100.0) for step in range(40)]
    file = write_events(tmp_path, {"time/fps": points})
    code = f"import time; f = open({str(file)!r}, 'ab'); print(flush=True); time.sleep(60)"
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        present(writer.stdout).readline()
        done = CliRunner().invoke(app, ["diagnose", str(tmp_path), "--json"])
    finally:
        writer.kill()
        writer.wait()
    found = {f["scenario"]: f for f in json.loads(done.stdout)}
    assert found["crash"]["headline"] == "Run RUNNING."


@pytest.fixture
def backtest(tmp_path: Path) -> tuple[Path, Path]:
    equity, trades = tmp_path / "equity.csv", tmp_path / "trades.csv"
    values = [1000.0, 1010.0, 1005.0, 1020.0, 850.0, 1100.0]
    rows = [f"2026-01-01T0{hour}:00:00Z,{value}" for hour, value in enumerate(values)]
    equity.write_text("time,equity\n" + "\n".join(rows) + "\n", "utf-8")
    pnls = [10, -5, 15, -170, 250, 0]
    rows = [f"2026-01-01T0{hour}:30:00Z,{pnl}" for hour, pnl in enumerate(pnls)]
    trades.write_text("exit_time,pnl\n" + "\n".join(rows) + "\n", "utf-8")
    return equity, trades


def test_metrics_scores_a_hand_worked_backtest(backtest: tuple[Path, Path]) -> None:
    equity, trades = backtest
    done = trainweek("metrics", "--equity", equity, "--trades", trades, "--json")
    assert done.returncode == 0, done.stderr
    card = json.loads(done.stdout)
    gates = {gate["id"]: gate for gate in card["gates"]}
    # 1020 -> 850 is the only deep fall; 3 of 6 trades won; wins 275, losses 175.
    assert gates["max_drawdown_pct"]["value"] == pytest.approx(100 * 170 / 1020, rel=1e-12)
    assert gates["max_drawdown_pct"]["passed"] is False
    assert gates["win_rate_pct"]["value"] == pytest.approx(50.0)
    assert gates["profit_factor"]["value"] == pytest.approx(275 / 175)
    assert gates["consecutive_losses"]["value"] == 1
    returns = [1010 / 1000 - 1, 1005 / 1010 - 1, 1020 / 1005 - 1, 850 / 1020 - 1, 1100 / 850 - 1]
    mean = sum(returns) / 5
    deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / 4)
    assert gates["sharpe"]["value"] == pytest.approx(mean / deviation * math.sqrt(8760), rel=1e-12)
    assert {"decision", "score", "gates", "conventions"} <= set(card)


def test_metrics_refuses_a_nan_and_names_the_row(backtest: tuple[Path, Path]) -> None:
    equity, _ = backtest
    equity.write_text(equity.read_text("utf-8").replace("1005.0", "nan"), "utf-8")
    done = trainweek("metrics", "--equity", equity, "--json")
    assert done.returncode == 2
    assert "equity.csv, row 3" in done.stderr


@pytest.mark.slow
def test_a_pipe_that_closes_early_is_no_error(tmp_path: Path) -> None:
    tags = {f"tag/{number:04}": [(1, 1.0, 1.0)] for number in range(3000)}
    write_events(tmp_path, tags)
    from tests.runner.cli.terminal import TRAINWEEK

    done = subprocess.run(
        f"{TRAINWEEK} inspect {tmp_path} | head -1", shell=True, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr


def test_what_diagnose_can_not_judge_is_not_called_critical(tmp_path: Path) -> None:
    for given in (
        (tmp_path / "none",),
        (tmp_path, "--now", "yesterday"),
        (tmp_path, "--wrong"),
        (),
    ):
        done = trainweek("diagnose", *given)
        assert done.returncode == 3, done.stderr
        assert "rror" in done.stderr
        assert "Traceback" not in done.stderr


def test_diagnose_exits_with_two_for_an_exploding_kl(tmp_path: Path) -> None:
    calm = [(step * 100, 1000.0 + step, 0.008) for step in range(40)]
    wild = [(step * 100, 1000.0 + step, 5.0) for step in range(40, 46)]
    fps = [(step * 100, 1000.0 + step, 100.0) for step in range(46)]
    now = "1970-01-01T00:17:30Z"
    write_events(tmp_path / "calm", {"train/approx_kl": calm, "time/fps": fps[:40]})
    write_events(tmp_path / "wild", {"train/approx_kl": calm + wild, "time/fps": fps})
    found = {}
    for name in ("calm", "wild"):
        done = trainweek("diagnose", tmp_path / name, "--now", now, "--json")
        findings = {f["scenario"]: f for f in json.loads(done.stdout)}
        found[name] = (done.returncode, findings["kl_explosion"]["status"])
    assert found["wild"] == (2, "FIRING")
    assert found["calm"][1] == "OK"
    assert found["calm"][0] < 2


YEAR = 365.0 * 86400


@pytest.mark.parametrize(
    ("first", "by"), [(1, -1200.0), (80, -1200.0), (80, -3600.0), (40, -3 * YEAR), (80, 3 * YEAR)]
)
def test_an_explosion_is_found_whatever_the_clock_does(
    tmp_path: Path, first: int, by: float
) -> None:
    """Set back at the start, later, after it was years ahead; or moved forward by years."""
    records = [header(1_700_000_000.0)]
    for n in range(1, 121):
        wall = 1_700_000_000.0 + 10 * n + (by if n >= first else 0.0)
        kl = 3.0 if n > 50 else 0.008
        records += [scalar(tag, n * 1024, wall, kl) for tag in ("time/fps", "train/approx_kl")]
    (tmp_path / "events.out.tfevents.1").write_bytes(b"".join(records))
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path), "--json"])
    found = {finding["scenario"]: finding for finding in json.loads(done.stdout)}
    assert found["kl_explosion"]["status"] == "FIRING"
    assert "120 updates" in found["kl_explosion"]["headline"]
    assert ("the clock" in json.dumps(found["data_issue"])) is (first > 1)
    assert "RUNNING" not in done.stdout
    assert done.exit_code == 2


def test_diagnose_begins_with_the_alerts(tmp_path: Path) -> None:
    runs_of(tmp_path)
    shown = CliRunner().invoke(app, ["diagnose", str(tmp_path / "PPO_2")]).stdout.splitlines()
    assert shown[0].startswith("Alert: kl_explosion")
    assert shown[2].startswith("kl_explosion")
    calm = CliRunner().invoke(app, ["diagnose", str(tmp_path / "PPO_1")]).stdout
    assert calm.startswith("No alert.")
    assert "scenarios have not enough data" in calm.splitlines()[0]
    columns = {line.index(state) for line in calm.splitlines()[2:]
               for state in ("OK ", "NO_DATA") if f" {state}" in line and not line.startswith(" ")}  # fmt: skip
    assert len(columns) == 1


def test_a_run_without_a_usable_time_is_not_evaluated(tmp_path: Path) -> None:
    """Milliseconds where seconds belong: no moment has such an event."""
    points = [(n * 1024, 1.7e12 + n, 3.0) for n in range(1, 60)]
    write_events(tmp_path, {"time/fps": points, "train/approx_kl": points})
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path), "--json"])
    assert done.exit_code == 3
    assert "No event has a usable time" in done.stderr


def test_events_after_the_end_of_the_calendar_are_named(tmp_path: Path) -> None:
    points = [(n * 1024, 1.7e9 + n if n < 55 else 1.7e12, 0.01) for n in range(1, 60)]
    write_events(tmp_path, {"time/fps": points, "train/approx_kl": points})
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path), "--json"])
    found = {finding["scenario"]: finding for finding in json.loads(done.stdout)}
    assert found["data_issue"]["status"] == "FIRING"
    assert "5 of 59 events have no usable time" in found["data_issue"]["headline"]
    assert done.exit_code == 1


@pytest.mark.parametrize("left", [("PPO_1",), ("PPO_1", "PPO_3")])
def test_a_run_that_can_not_be_read_beside_others_is_a_warning(
    tmp_path: Path, left: tuple[str, ...]
) -> None:
    runs_of(tmp_path / "all")
    for name in left:
        (tmp_path / "all" / name).rename(tmp_path / name)
    lost = tmp_path / "PPO_2" / "events.out.tfevents.1"
    lost.parent.mkdir()
    lost.write_text("no events, but a text " * 20)
    shutil.rmtree(tmp_path / "all")
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path)])
    assert done.exit_code == 1
    assert "PPO_2/events.out.tfevents.1: " in done.stdout
    lost.rename(lost.with_name("tfevents.md5"))
    done = CliRunner().invoke(app, ["diagnose", str(tmp_path)])
    assert done.exit_code == 0


def test_a_silent_run_whose_opener_lives_is_not_called_finished(tmp_path: Path) -> None:
    """torch's writer holds no file open: the process in the file's name may hang or have ended."""
    last = time.time() - 3 * 3600
    points = [(n * 100, last - 80 + 2 * n, 100.0) for n in range(1, 41)]
    for pid, says, code in (
        (os.getpid(), "ended or hung", 1),
        (2**22 + 1, "Run finished, not hung", 0),
    ):
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{pid}.0"
        tags = {"time/fps": points, "rollout/ep_rew_mean": points, "train/approx_kl": points[:0]}
        file = write_events(tmp_path / str(pid), tags, name)
        os.utime(file, (last, last))
        done = CliRunner().invoke(app, ["diagnose", str(tmp_path / str(pid)), "--json"])
        found = {f["scenario"]: f for f in json.loads(done.stdout)}
        assert says in found["hung"]["headline"]
        assert (found["hung"]["status"] == "FIRING") is (code == 1)
