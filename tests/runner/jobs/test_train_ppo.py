from __future__ import annotations

import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError, MarketDataError
from core.market import load_candles
from core.paths import Home
from core.telemetry import RunReader
from dashboard.data.backtest_input import model
from runner.agent.checkpoint import newest_checkpoint, set_aside
from runner.jobs.attempt import StopFlag, read_spec
from runner.jobs.train_ppo import train
from runner.jobs.training_plan import NoIntactCheckpointError
from runner.models.backups import checksums
from runner.models.best_model import read_best_model
from tests.expected import present
from tests.runner.jobs.training_home import command, make_home, progress, result, run, write_spec

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # each makes a real training run or backtest

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Path, str]:
    """A home in which run-a trained 20,000 steps to its end; its spec and output."""
    home = make_home(tmp_path_factory.mktemp("home"))
    spec = write_spec(home, "train", steps=20_000)
    done = run("train_ppo", spec)
    assert done.returncode == 0, done.stdout + done.stderr
    return home, spec, done.stdout


def log_lines(home: Home) -> list[str]:
    return home.training_log.read_text(encoding="utf-8").splitlines()


def test_the_manuals_lines_come_in_its_order_and_to_the_letter(trained):
    home, _, output = trained
    expected = [
        "[INFO] Starting PPO training...",
        "[INFO] Model initialized",
        "[INFO] Training loop started",
        "[INFO] Step 1/20000",
    ]
    printed = output.splitlines()
    assert [line for line in printed if line in expected] == expected
    written = log_lines(home)
    assert all(STAMP.match(line) for line in written)
    assert [STAMP.sub("", line, count=1) for line in written][: len(printed)] == printed
    assert "[INFO] Training completed: 20000 steps" in printed


def test_the_result_is_complete_and_names_what_was_made(trained):
    home, spec, _ = trained
    found = result(spec)
    assert found["complete"] is True
    assert found["status"] == "COMPLETED"
    assert (found["steps"], found["total_steps"]) == (20_000, 20_000)
    assert found["steps_per_second"] > 0
    assert (home.root / found["best_model"]).is_file()
    seen = progress(spec)
    assert (seen["steps"], seen["total_steps"]) == (20_000, 20_000)
    assert seen["steps_per_second"] > 0
    assert seen["at"].endswith("Z")


def test_the_event_folder_is_the_given_one_and_has_several_evaluations(trained):
    home, _, _ = trained
    (file,) = home.run_attempt("run-a", 1).iterdir()
    assert file.name.startswith("events.out.tfevents.")
    reader = RunReader(home.run("run-a"))
    reader.refresh()
    assert reader.problems == []
    evaluated = reader.series("eval/return_pct").step.tolist()
    assert len(evaluated) >= 4
    assert evaluated[-1] == 20_000
    assert len(set(evaluated)) == len(evaluated)
    assert reader.last_step == 20_000
    assert {"reward/market", "reward/cost", "rollout/ep_rew_mean"} <= set(reader.tags())


def test_the_best_model_is_the_best_evaluation_and_explains_itself(trained):
    home, spec, _ = trained
    _, manifest = read_best_model(home.best_model)
    reader = RunReader(home.run("run-a"))
    reader.refresh()
    sharpes = reader.series("eval/sharpe")
    best = sharpes.value.argmax()
    assert manifest["step"] == sharpes.step[best]
    # float32 in the event file
    assert manifest["validation"]["sharpe"] == pytest.approx(sharpes.value[best], rel=1e-6)
    assert result(spec)["best_sharpe"] == manifest["validation"]["sharpe"]
    assert manifest["run"] == "run-a"
    assert manifest["synthetic"] is True
    assert manifest["train_first"] == "2024-02-23T00:00:00Z"
    assert manifest["train_last"] < manifest["config"]["data"]["last"] + "~"
    assert manifest["observation_shape"] == [len(manifest["feature_names"])]


def test_the_dashboard_reads_off_the_manifest_until_when_was_trained(trained):
    home, _, _ = trained
    _, manifest = read_best_model(home.best_model)
    shown = model(home, "models/ppo_phase4/best_model")
    assert (shown.run, shown.step) == (manifest["run"], manifest["step"])
    assert shown.trained_until == manifest["train_last"]


def test_the_last_checkpoint_is_at_the_end(trained):
    home, _, _ = trained
    assert present(newest_checkpoint(home.checkpoints, "run-a")).step == 20_000
    assert len(list(home.checkpoints.iterdir())) == 3


def test_sigterm_saves_and_resume_goes_on_to_the_original_total_with_the_new_rate(tmp_path: Path):
    home = make_home(tmp_path)
    first = write_spec(home, "train", steps=200_000)
    child = subprocess.Popen(command("train_ppo", first), stdout=subprocess.PIPE, text=True)
    for line in present(child.stdout):
        if line.startswith("[INFO] Step "):
            # Whoever asks for its stacks does not disturb it. One request may meet the program
            # between two frames, where the dump ends early; two in a row do not.
            child.send_signal(signal.SIGUSR2)
        if line.startswith("[INFO] Step 8000/"):
            child.send_signal(signal.SIGTERM)
            break
    child.communicate(timeout=60)
    assert child.returncode == 3
    assert "train_ppo.py" in (first.parent / "stacks.txt").read_text()
    stopped = result(first)
    assert stopped["status"] == "STOPPED"
    assert stopped["complete"] is False
    checkpoint = present(newest_checkpoint(home.checkpoints, "run-a"))
    assert checkpoint.step == stopped["steps"]
    assert 8_000 <= checkpoint.step < 200_000
    assert checkpoint.step % 4_000 == 0  # whole rollouts: what was not learned from is not counted

    # The total is the original one without being asked for; kept short here by a second stop.
    again = write_spec(home, "train", attempt=2, resume=True, learning_rate=1e-4)
    child = subprocess.Popen(command("train_ppo", again), stdout=subprocess.PIPE, text=True)
    seen = []
    for line in present(child.stdout):
        seen.append(line.strip())
        # The third line: SB3 logs an update's numbers one rollout later.
        if sum(bool(re.match(r"\[INFO\] Step \d+/200000, ", text)) for text in seen) == 3:
            child.send_signal(signal.SIGTERM)
            break
    child.communicate(timeout=60)
    assert child.returncode == 3
    assert f"[INFO] Resumed from checkpoint {checkpoint.step}" in seen
    assert f"[INFO] Step {checkpoint.step}/200000" in seen
    assert result(again)["steps"] > checkpoint.step
    reader = RunReader(home.run_attempt("run-a", 2))
    reader.refresh()
    assert reader.series("rollout/ep_rew_mean").step[0] == checkpoint.step + 4_000
    rates = reader.series("train/learning_rate").value
    assert len(rates)
    assert rates == pytest.approx(1e-4)


def test_a_finished_run_that_is_resumed_is_still_finished(trained):
    home, _, _ = trained
    spec = write_spec(home, "train", attempt=2, resume=True)
    done = run("train_ppo", spec)
    assert done.returncode == 0, done.stdout + done.stderr
    assert result(spec)["steps"] == 20_000
    assert result(spec)["complete"] is True


def test_a_total_behind_the_checkpoint_is_refused_and_never_called_complete(trained):
    home, _, _ = trained
    spec = write_spec(home, "train", attempt=3, resume=True, steps=8_000)
    with pytest.raises(InputError, match="already at step 20,000") as refused:
        train(read_spec(spec), StopFlag())
    assert "omit --steps" in refused.value.remedy
    assert not (spec.parent / "result.json").exists()


def test_a_run_is_not_resumed_on_other_candles(trained, tmp_path: Path):
    home = Home(tmp_path)
    for part in ("data", "models"):
        shutil.copytree(trained[0].root / part, tmp_path / part)
    file = home.train_data / "ogn.csv"
    before = load_candles(home.train_data).sha256
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-300]), encoding="utf-8")  # hides 300 bars it learned from
    best = home.run_model("run-a").read_bytes()
    spec = write_spec(home, "train", attempt=2, resume=True, steps=40_000)
    with pytest.raises(MarketDataError) as refused:
        train(read_spec(spec), StopFlag())
    assert before in refused.value.what
    assert load_candles(home.train_data).sha256 in refused.value.what
    assert refused.value.remedy == "Restore the original data, or start over with --new."
    assert home.run_model("run-a").read_bytes() == home.best_model.read_bytes() == best
    assert present(newest_checkpoint(home.checkpoints, "run-a")).step == 20_000


def broken(checkpoint: Path) -> None:
    content = bytearray((checkpoint / "model.zip").read_bytes())
    content[len(content) // 2] ^= 1
    (checkpoint / "model.zip").write_bytes(content)


def test_a_run_whose_checkpoints_are_all_broken_is_not_begun_anew_in_silence(
    trained, tmp_path: Path
):
    home = Home(tmp_path)
    for part in ("data", "models"):
        shutil.copytree(trained[0].root / part, tmp_path / part)
    for checkpoint in home.checkpoints.iterdir():
        broken(checkpoint)
    before = checksums(home.model)
    spec = write_spec(home, "train", attempt=2, resume=True, steps=8_000, seed=99)
    with pytest.raises(
        NoIntactCheckpointError, match=r"no intact checkpoint among 3: 20000/model\.zip was"
    ):
        train(read_spec(spec), StopFlag())
    assert checksums(home.model) == before
    done = run("train_ppo", spec)
    assert done.returncode == 1  # not a refusal: an incident is opened
    assert result(spec)["error_kind"] == "crash"
    assert "trainweek backup restore" in result(spec)["remedy"]
    assert checksums(home.model) == before


def test_a_run_without_any_checkpoint_keeps_its_best_model_and_beats_it_or_not(
    trained, tmp_path: Path
):
    home = Home(tmp_path)
    for part in ("data", "models"):
        shutil.copytree(trained[0].root / part, tmp_path / part)
    shutil.rmtree(home.checkpoints)
    before, manifest = read_best_model(home.run_model("run-a"))
    spec = write_spec(home, "train", attempt=2, resume=True, steps=4_000, seed=99)
    assert run("train_ppo", spec).returncode == 0
    assert (home.model / "earlier" / "run-a" / "best_model.zip").read_bytes() == before
    now = read_best_model(home.best_model)[1]["validation"]["sharpe"]
    assert now >= manifest["validation"]["sharpe"]


def test_a_broken_best_model_is_kept_before_it_is_replaced(trained, tmp_path: Path):
    home = Home(tmp_path)
    for part in ("data", "models"):
        shutil.copytree(trained[0].root / part, tmp_path / part)
    home.run_model("run-a").write_bytes(b"half a model")
    spec = write_spec(home, "train", attempt=2, resume=True, steps=24_000)
    assert run("train_ppo", spec).returncode == 0
    assert (home.model / "earlier" / "broken" / "best_model.zip").read_bytes() == b"half a model"
    assert read_best_model(home.best_model)[1]["run"] == "run-a"


def test_a_new_run_puts_checkpoints_that_name_no_run_aside(trained, tmp_path: Path):
    root = tmp_path / "checkpoints"
    shutil.copytree(trained[0].checkpoints, root)
    (root / "20000" / "manifest.json").unlink()
    set_aside(root, "run-a", tmp_path / "earlier")
    assert (root / "20000").exists()
    set_aside(root, "run-b", tmp_path / "earlier", unnamed=True)
    assert list(root.iterdir()) == []
    assert (tmp_path / "earlier" / "broken" / "checkpoints" / "20000").is_dir()


def test_a_new_run_leaves_the_old_one_its_model_and_puts_its_checkpoints_aside(tmp_path: Path):
    home = make_home(tmp_path)
    assert run("train_ppo", write_spec(home, "train", run="old", steps=4_000)).returncode == 0
    old = home.best_model.read_bytes()
    assert run("train_ppo", write_spec(home, "train", run="new", steps=4_000)).returncode == 0
    assert read_best_model(home.best_model)[1]["run"] == "new"
    assert home.run_model("old").read_bytes() == old
    assert home.run_model("new").read_bytes() == home.best_model.read_bytes()
    aside = home.model / "earlier" / "old" / "checkpoints"
    assert present(newest_checkpoint(aside, "old")).step == 4_000


def test_candles_with_errors_are_refused_and_said_in_the_log(tmp_path: Path):
    home = make_home(tmp_path)
    file = home.train_data / "ogn.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    del lines[100:200]  # a hole of a hundred hours
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    spec = write_spec(home, "train", steps=4_000)
    done = run("train_ppo", spec)
    assert done.returncode == 2
    found = result(spec)
    assert found["complete"] is False
    assert found["error_kind"] == "data"
    assert "longer than 24 h" in found["error"]
    assert re.search(r"Z \[ERROR\] Training failed: .*longer than 24 h", log_lines(home)[-1])
    assert not home.best_model.exists()


def test_a_symbol_with_a_folder_of_its_own_is_trained_on_that(tmp_path: Path):
    home = make_home(tmp_path)
    (home.train_data / "OGNUSDT").mkdir()
    spec = write_spec(home, "train", steps=4_000)
    with pytest.raises(MarketDataError, match=r"data/train/OGNUSDT has no file of candles"):
        train(read_spec(spec), StopFlag())


def test_a_home_without_candles_is_refused_with_the_remedy(tmp_path: Path):
    spec = write_spec(Home(tmp_path), "train", steps=4_000)
    with pytest.raises(MarketDataError, match="trainweek data sample"):
        train(read_spec(spec), StopFlag())


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"seed": "seven"}, "seed"),
        ({"steps": 0}, "steps is 0"),
        ({"steps": 1.5}, "steps is 1.5"),
    ],
)
def test_parameters_that_no_training_can_start_with_are_refused(tmp_path: Path, params, says):
    spec = write_spec(Home(tmp_path), "train", **{"steps": 4_000, **params})
    with pytest.raises(InputError, match=says):
        train(read_spec(spec), StopFlag())


@pytest.mark.parametrize("text", ["{", '{"job_id": "x"}', "[]"])
def test_a_spec_that_is_no_spec_is_refused(tmp_path: Path, text: str):
    broken = tmp_path / "spec.json"
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is not the spec of a job"):
        read_spec(broken)
    with pytest.raises(InputError, match="can't be read"):
        read_spec(tmp_path / "nowhere.json")
