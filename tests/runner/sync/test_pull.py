"""A pull neither removes nor replaces what is this machine's own, and fetches every place's runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from core.language import Message
from runner.models.checkpoints import verify_checkpoint
from runner.sync.session import pulling, pushing
from tests.event_files import header, scalar
from tests.runner.models.checkpoint_files import write_checkpoint
from tests.runner.sync.places import EVENTS, NOW, REPORT, append, place, pull, push, shown, write

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home
    from runner.settings import Settings
    from tests.runner.sync.servers import S3

MODEL = "models/ppo_phase4/best_model.zip"
LOG = "logs/ppo_training/training.log"


def places(tmp_path: Path, s3: S3) -> tuple[tuple[Home, Settings], tuple[Home, Settings]]:
    """Two data directories and one folder as their store; the second has no record."""
    url = f"file://{tmp_path}/store/team"
    return place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")


def emptied(tmp_path: Path) -> None:
    """Only what says whose files they are is there again."""
    for name in ("log", "objects"):
        shutil.rmtree(tmp_path / "store/team" / name)


def test_an_emptied_store_removes_nothing(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    write_checkpoint(here[0].checkpoints, "run", 100)
    push(here)
    pull(there)
    emptied(tmp_path)
    for at in (there, here):
        with pulling(*at) as fetching:
            assert fetching.kept.emptied
            assert fetching.look().conflicts == []
        assert verify_checkpoint(at[0].checkpoints / "100").step == 100
        with pulling(*at) as fetching:
            assert not fetching.kept.emptied  # it is said once
    write_checkpoint(here[0].checkpoints, "run", 200)
    push(here)
    shutil.rmtree(here[0].checkpoints / "100")
    push(here)
    pull(there)  # the new log says that 100 is gone; it did not come from that one
    assert verify_checkpoint(there[0].checkpoints / "100").step == 100


def test_a_log_of_the_same_length_is_another_one(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    write(here, REPORT, b"one")
    push(here)
    pull(there)
    emptied(tmp_path)
    write(here, REPORT, b"two")
    push(here)
    with pulling(*there) as fetching:
        assert fetching.kept.emptied
        assert fetching.look().conflicts == [REPORT]
    assert shown(there, REPORT) == b"one"


def test_only_a_checkpoint_that_came_by_a_pull_is_removed(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    for step in (100, 200, 300):
        write_checkpoint(here[0].checkpoints, "run", step)
    shutil.copytree(here[0].checkpoints / "100", there[0].checkpoints / "100")  # was here before
    push(here)
    pull(there)
    own = there[0].checkpoints / "200" / "notes.txt"
    own.write_text("mine")
    for step in (100, 200, 300):
        shutil.rmtree(here[0].checkpoints / str(step))
    push(here)
    assert pull(there).conflicts == ["models/ppo_phase4/checkpoints/200"]
    assert verify_checkpoint(there[0].checkpoints / "100").step == 100
    assert own.read_text() == "mine"
    assert not (there[0].checkpoints / "300").exists()


def test_what_was_changed_here_is_a_conflict(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    write(here, MODEL, b"one")
    write(here, REPORT, b"one")
    write(here, LOG, b"line 1\n")
    push(here)
    pull(there)
    write(there, MODEL, b"trained here")
    write(there, REPORT, b"one")  # written again, the same
    append(there, LOG, b"[ISSUE] written here\n")
    assert pull(there).conflicts == []  # nothing newer is in the store
    write(here, MODEL, b"two")
    write(here, REPORT, b"two")
    append(here, LOG, b"line 2\n")
    push(here)
    assert sorted(pull(there).conflicts) == sorted((LOG, MODEL))
    assert shown(there, MODEL) == b"trained here"
    assert shown(there, LOG) == b"line 1\n[ISSUE] written here\n"
    assert shown(there, REPORT) == b"two"
    (there[0].root / MODEL).unlink()
    assert pull(there).conflicts == [LOG]
    assert shown(there, MODEL) == b"two"


def test_a_log_that_a_kill_cut_is_continued(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    write(here, LOG, b"line 1\n")
    push(here)
    pull(there)
    append(here, LOG, b"line 2\n")
    push(here)
    append(there, LOG, b"lin")  # the first bytes of what is fetched
    assert pull(there).conflicts == []
    assert shown(there, LOG) == b"line 1\nline 2\n"


def test_the_model_in_use_waits_with_all_its_files(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    choice = "models/BTCUSDT/ppo_phase4/best_model.choice.json"
    model, run = choice.replace("choice.json", "zip"), "models/BTCUSDT/ppo_phase4/runs/a.zip"
    for name in (choice, model, run):
        write(here, name, b"one")
    push(here)
    pull(there)
    for name in (choice, model, run):
        write(here, name, b"two")
    push(here)
    why, asked = Message("It is being revalidated."), list[str | None]()

    def stays(of: str | None) -> Message:
        asked.append(of)
        return why

    with pulling(*there, stays) as fetching:
        assert fetching.look().waiting == {choice: why, model: why}
    assert asked == ["BTCUSDT"]
    assert (shown(there, choice), shown(there, model)) == (b"one", b"one")
    assert shown(there, run) == b"two"
    pull(there)
    assert (shown(there, choice), shown(there, model)) == (b"two", b"two")


def test_the_runs_of_every_place_are_shipped(tmp_path: Path, s3: S3) -> None:
    here, there = places(tmp_path, s3)
    names = {
        EVENTS.replace("logs/", "logs/BTCUSDT/"): header(1e9) + scalar("a", 1, 1e9, 1.0),
        "logs/BTCUSDT/ppo_training/training.log": b"line\n",
        "logs/BTCUSDT/ppo_training/daily_summaries/2026-11-30.json": b"{}",
        "models/BTCUSDT/ppo_phase4/best_model.zip": b"model",
        "reports/BTCUSDT/revalidation/report.json": b"{}",
    }
    for name, content in names.items():
        write(here, name, content)
    done = push(here)
    assert (done.files, done.skipped) == (5, [])
    assert pull(there).files == 5
    assert {name: shown(there, name) for name in names} == names


def test_what_is_skipped_is_named_once(tmp_path: Path, s3: S3) -> None:
    here, _ = places(tmp_path, s3)
    write(here, "reports/two\nlines.json", b"{}")
    write(here, "reports/.hidden", b"")
    torn = write_checkpoint(here[0].checkpoints, "run", 100)
    (torn / "rng.json").write_bytes(b"half")
    (here[0].root / "reports/elsewhere").symlink_to(tmp_path)
    with pushing(*here) as shipping:
        assert shipping.look(lambda: NOW).skipped == [
            "models/ppo_phase4/checkpoints/100",
            "reports/elsewhere",
            "reports/two\nlines.json",
        ]
        assert shipping.look(lambda: NOW).skipped == []
