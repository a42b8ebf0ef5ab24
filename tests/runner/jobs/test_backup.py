from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.errors import IntegrityError
from core.files import write_json
from core.paths import Home
from core.vocabulary import Verdict
from runner.doctor import models
from runner.jobs.attempt import read_spec
from runner.jobs.training_plan import NoIntactCheckpointError, plan_training
from runner.models.backups import MANIFEST, checksums, list_backups, verify_backup
from runner.models.best_model import manifest_path
from runner.models.folder_swap import unfinished_exchange
from runner.settings import Settings
from tests.expected import present
from tests.runner.jobs.job_folder import run_job
from tests.runner.jobs.training_home import write_spec
from tests.runner.place import after

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.model.mkdir(parents=True)
    home.best_model.write_bytes(b"weights of the best model")
    checkpoint = home.checkpoints / "50000"
    checkpoint.mkdir(parents=True)
    (checkpoint / "model.zip").write_bytes(b"weights at 50000")
    return home


def test_a_backup_holds_every_file_and_its_checksum(home: Home) -> None:
    ended = run_job(home, "backup")
    assert ended.code == 0, ended.output
    target = home.root / "models" / "ppo_phase4_BACKUP_27FEV"
    assert ended.result["complete"]
    assert ended.result["backup"] == "models/ppo_phase4_BACKUP_27FEV"
    manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["files"] == checksums(home.model)
    assert set(manifest["files"]) == {"best_model.zip", "checkpoints/50000/model.zip"}
    assert (target / "best_model.zip").read_bytes() == b"weights of the best model"


def test_a_backup_is_named_by_the_day_it_was_made(home: Home) -> None:
    early = run_job(home, "backup", at_week="2026-02-25T18:00:00Z")
    assert early.result["backup"] == "models/ppo_phase4_BACKUP_25FEV"
    planned = run_job(home, "backup", at_week="2026-02-27T14:05:00Z")
    assert planned.result["backup"] == "models/ppo_phase4_BACKUP_27FEV", "the manual's name"
    late = run_job(home, "backup", at_week="2026-03-01T09:00:00Z")
    assert late.result["backup"] == "models/ppo_phase4_BACKUP_01MAR"
    listed = {each.folder.name: each.verified for each in list_backups(home)}
    assert listed == dict.fromkeys(
        ("ppo_phase4_BACKUP_25FEV", "ppo_phase4_BACKUP_27FEV", "ppo_phase4_BACKUP_01MAR"), True
    )
    restored = run_job(home, "backup", action="restore", **{"from": early.result["backup"]})
    assert restored.result["restored"] == "models/ppo_phase4_BACKUP_25FEV"


def test_an_earlier_backup_is_kept_under_a_number(home: Home) -> None:
    run_job(home, "backup")
    home.best_model.write_bytes(b"better weights")
    run_job(home, "backup")
    models = home.root / "models"
    assert (models / "ppo_phase4_BACKUP_27FEV" / "best_model.zip").read_bytes() == b"better weights"
    kept = models / "ppo_phase4_BACKUP_27FEV.2" / "best_model.zip"
    assert kept.read_bytes() == b"weights of the best model"


def test_without_a_model_the_backup_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ended = run_job(home, "backup")
    assert ended.code == 2
    assert "models/ppo_phase4/best_model.zip" in ended.result["error"]
    assert not list((home.root).glob("models/*BACKUP*"))


def test_a_restore_puts_the_backup_in_place_and_keeps_what_was_there(home: Home) -> None:
    run_job(home, "backup")
    home.best_model.write_bytes(b"worse weights")
    (home.model / "notes.txt").write_text("of the worse model")
    ended = run_job(home, "backup", action="restore", **{"from": "models/ppo_phase4_BACKUP_27FEV"})
    assert ended.code == 0, ended.output
    assert ended.result["restored"] == "models/ppo_phase4_BACKUP_27FEV"
    assert home.best_model.read_bytes() == b"weights of the best model"
    assert set(checksums(home.model)) == {"best_model.zip", "checkpoints/50000/model.zip"}
    kept = home.root / ended.result["kept"]
    assert kept.name == "ppo_phase4_BEFORE_RESTORE"
    assert (kept / "best_model.zip").read_bytes() == b"worse weights"
    assert (kept / "notes.txt").exists()
    # Again: nothing that was kept before is lost.
    ended = run_job(home, "backup", action="restore")
    assert ended.result["kept"] == "models/ppo_phase4_BEFORE_RESTORE.2"
    assert kept.exists()


def test_a_damaged_backup_is_named_and_nothing_is_restored_from_it(home: Home) -> None:
    run_job(home, "backup")
    backup = home.root / "models" / "ppo_phase4_BACKUP_27FEV"
    (backup / "checkpoints" / "50000" / "model.zip").write_bytes(b"weights at 5000O")
    (listed,) = list_backups(home)
    assert not listed.verified
    assert "checkpoints/50000/model.zip was changed" in present(listed.problem)
    before = checksums(home.model)
    ended = run_job(home, "backup", action="restore", **{"from": str(backup)})
    assert ended.code == 2
    assert "was changed after the backup" in ended.result["error"]
    ended = run_job(home, "backup", action="restore")
    assert "no intact backup" in ended.result["error"]
    assert checksums(home.model) == before
    ended = run_job(home, "backup", action="restore", **{"from": "models/ppo_phase4"})
    assert "is not a backup" in ended.result["error"]


@pytest.mark.parametrize("name", ["../../outside", "/etc/hostname"])
def test_a_backup_that_names_files_outside_itself_is_refused(home: Home, name: str) -> None:
    run_job(home, "backup")
    path = home.root / "models" / "ppo_phase4_BACKUP_27FEV" / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"files": {name: "0" * 64}}), encoding="utf-8")
    with pytest.raises(IntegrityError, match="lists a file outside that folder"):
        verify_backup(path.parent)


@pytest.mark.parametrize("point", ["backup_copied", "backup_verified", "backup_replacing"])
def test_a_backup_that_is_killed_leaves_the_earlier_one_whole(
    home: Home, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    run_job(home, "backup")
    home.best_model.write_bytes(b"better weights")
    monkeypatch.setenv("TRAINWEEK_FAIL", f"{point}:kill")
    assert run_job(home, "backup").code == -9
    monkeypatch.delenv("TRAINWEEK_FAIL")
    (earlier,) = list_backups(home)
    assert earlier.verified
    assert (earlier.folder / "best_model.zip").read_bytes() == b"weights of the best model"
    assert run_job(home, "backup").code == 0
    assert [each.verified for each in list_backups(home)] == [True, True]


@pytest.mark.parametrize("point", ["restore_verified", "restore_replacing", "restore_replaced"])
def test_a_restore_that_is_killed_loses_nothing_and_is_simply_run_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    run_job(home, "backup")
    home.best_model.write_bytes(b"worse weights")
    monkeypatch.setenv("TRAINWEEK_FAIL", f"{point}:kill")
    assert run_job(home, "backup", action="restore").code == -9
    monkeypatch.delenv("TRAINWEEK_FAIL")
    kept = home.root / "models" / "ppo_phase4_BEFORE_RESTORE"
    (looked,) = models.exchange(home, Settings(), after(0))
    assert home.model.exists() == (point != "restore_replacing")
    assert (looked.verdict is Verdict.FAIL) == (point == "restore_replacing")
    assert run_job(home, "backup", action="restore").code == 0
    assert home.best_model.read_bytes() == b"weights of the best model"
    assert (kept / "best_model.zip").read_bytes() == b"worse weights"
    (looked,) = models.exchange(home, Settings(), after(0))
    assert looked.verdict is Verdict.PASS


def test_a_restore_that_was_killed_is_undone_before_anything_else_reads_the_model(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_job(home, "backup")
    home.best_model.write_bytes(b"worse weights")
    monkeypatch.setenv("TRAINWEEK_FAIL", "restore_replacing:kill")
    assert run_job(home, "backup", action="restore").code == -9
    monkeypatch.delenv("TRAINWEEK_FAIL")
    assert not home.model.exists()
    assert run_job(home, "backup").code == 0
    assert home.best_model.read_bytes() == b"worse weights"
    assert (home.checkpoints / "50000").is_dir()
    assert unfinished_exchange(home) is None


def test_where_the_names_do_not_say_what_was_there_nothing_is_resumed(home: Home) -> None:
    run_job(home, "backup")
    home.model.rename(home.model.with_name("ppo_phase4_BEFORE_RESTORE"))
    (looked,) = models.exchange(home, Settings(), after(0))
    assert looked.verdict is Verdict.FAIL
    assert "trainweek backup restore" in looked.remedy
    with pytest.raises(NoIntactCheckpointError, match="A restore was interrupted"):
        plan_training(read_spec(write_spec(home, "train", resume=True)), print, print)
    assert run_job(home, "backup", action="restore").code == 0
    (looked,) = models.exchange(home, Settings(), after(0))
    assert looked.verdict is Verdict.PASS


def test_a_broken_best_model_is_not_backed_up_as_if_it_were_whole(home: Home) -> None:
    write_json(manifest_path(home.best_model), {"sha256": "0" * 64})
    ended = run_job(home, "backup")
    assert ended.code == 2
    assert "SHA-256 differs" in ended.result["error"]
    assert list_backups(home) == []
    assert not list(home.model.parent.glob("*BACKUP*")), "no partial copy stays"
