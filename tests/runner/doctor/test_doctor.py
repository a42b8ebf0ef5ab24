"""The doctor names each kind of trouble with its remedy, and changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.files import write_json
from core.paths import Home
from core.vocabulary import JobKind, JobState, Verdict
from runner.doctor import CheckResult, examine, exit_code, processes
from runner.doctor import place as look_at_place
from runner.doctor.machine import clock
from runner.home.runner_identity import read_identity
from runner.processes.procfs import flock_holder
from runner.settings import Settings
from runner.store.backup import make_backup
from tests.expected import recorded
from tests.faults.promises import vanish
from tests.runner.models.checkpoint_files import write_checkpoint
from tests.runner.place import LEAD, Place, after, ticking, wait_for

WEEK = timedelta(days=7)


def examined(place: Place, now: datetime | None = None, **settings: Any) -> list[CheckResult]:
    return examine(place.home, Settings(**settings), now or after(0))


def trouble(place: Place, subject: str, **given: Any) -> CheckResult:
    """The one trouble there is."""
    found = [each for each in examined(place, **given) if each.verdict is not Verdict.PASS]
    assert [each.subject for each in found] == [subject], [each.text() for each in found]
    assert found[0].remedy
    return found[0]


def test_a_sound_home_is_sound_and_stays_as_it_is(place: Place) -> None:
    service = place.service()
    place.until(service, place.submit())
    service.close()
    place.home.runner_identity.unlink()

    def files() -> dict[Path, tuple[int, int]]:
        return {
            path: (path.stat().st_mtime_ns, path.stat().st_size)
            for path in place.home.root.rglob("*")
            if path.suffix != ".lock"
        }

    before = files()
    found = examined(place)
    assert [each.text() for each in found if each.verdict is not Verdict.PASS] == []
    assert exit_code(found) == 0
    assert {"home", "disk", "database", "ledger", "backups", "lock", "runner", "orphans"} < {
        each.subject for each in found
    }
    assert any("synchronous" in each.what for each in found)
    assert files() == before


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = examine(Home(tmp_path / "none"), Settings(), after(0))
    assert exit_code(found) == 2
    assert "no folder" in found[0].what
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_names_the_command_that_restores_it(place: Place) -> None:
    content = bytearray(place.home.database.read_bytes())
    content[4096:4200] = bytes(104)
    place.home.database.write_bytes(content)
    found = [each for each in examined(place) if each.subject == "database"]
    assert exit_code(found) == 2
    assert "trainweek ledger restore" in found[0].remedy


def test_a_database_that_is_gone_or_empty_is_told_apart(place: Place) -> None:
    place.home.database.write_bytes(b"")
    assert exit_code(examined(place)) == 2
    place.home.database.unlink()
    found = {each.subject: each for each in examined(place)}
    assert found["database"].verdict is Verdict.WARN
    assert "replay" in found["database"].remedy
    assert not place.home.database.exists()


def test_a_write_that_was_cut_off_is_told_and_left_to_the_next_opening(place: Place) -> None:
    code = (
        "import os, signal, sqlite3, sys\n"
        "cut = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "cut.execute('PRAGMA cache_size=1')\n"
        "cut.execute('BEGIN IMMEDIATE')\n"
        "cut.execute('CREATE TABLE big (text)')\n"
        "cut.executemany('INSERT INTO big VALUES (?)', [('x' * 3000,)] * 200)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, place.home.database], timeout=60)
    journal = Path(f"{place.home.database}-journal")
    before = journal.read_bytes(), place.home.database.read_bytes()
    assert len(before[0]) > 4096
    found = trouble(place, "database")
    assert found.verdict is Verdict.WARN
    assert "interrupted" in found.what
    assert (journal.read_bytes(), place.home.database.read_bytes()) == before
    assert place.client(LEAD).damage() is None
    assert exit_code(examined(place)) == 0


def test_a_newer_schema_names_both_versions(place: Place) -> None:
    with closing(sqlite3.connect(place.home.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    found = trouble(place, "database")
    assert found.verdict is Verdict.FAIL
    assert "9999" in found.what


def test_a_ledger_that_was_changed_or_is_ahead_is_told_apart(place: Place) -> None:
    old = place.home.database.read_bytes()
    place.lead.note(place.week.id, "hourly_1", "one")
    new, true = place.home.database.read_bytes(), place.home.ledger.read_bytes()
    place.home.database.write_bytes(old)
    assert trouble(place, "ledger").verdict is Verdict.WARN
    place.home.database.write_bytes(new)
    place.home.ledger.write_bytes(true.replace(b'"one"', b'"two"'))
    assert trouble(place, "ledger").verdict is Verdict.FAIL


def test_missing_old_and_broken_backups_are_named(place: Place) -> None:
    later = after(3 * 3600)
    assert "ledger backup" in trouble(place, "backups", now=later).remedy
    made = make_backup(place.home, after(0), WEEK)
    assert "too old" in trouble(place, "backups", now=later).what
    ahead = make_backup(place.home, after(30 * 86400), WEEK)
    found = trouble(place, "backups")
    assert found.verdict is Verdict.WARN
    assert ahead.folder.name in found.what
    shutil.rmtree(ahead.folder)
    with made.parts[-1].open("ab") as file:
        file.write(b"x")
    assert trouble(place, "backups").verdict is Verdict.FAIL
    assert "is 0" in examined(place, backup_interval_s=0.0)[4].what


@pytest.mark.slow
def test_a_runner_that_died_hangs_or_left_its_jobs_alone_is_told_apart(place: Place) -> None:
    runner = place.runner()
    assert {e.verdict for e in examined(place) if e.subject in ("lock", "runner")} == {Verdict.PASS}
    runner.send_signal(signal.SIGSTOP)
    found = trouble(place, "runner", now=after(60))
    assert "take-over" in found.remedy
    assert found.verdict is Verdict.FAIL
    runner.kill()
    runner.wait()
    assert "ended without recording a shutdown" in trouble(place, "runner").what
    runner = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    runner.kill()
    runner.wait()
    assert job.id in trouble(place, "runner").what


def test_somebody_else_who_holds_the_home_is_named(place: Place) -> None:
    code = "import fcntl, sys, time; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(flush=1)"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"{code}; time.sleep(60)", place.home.runner_lock],
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert f"Pid {holder.pid}" in trouble(place, "lock").what
    finally:
        holder.kill()
        holder.wait()


def test_a_process_of_an_ended_job_is_found_by_its_mark(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit())
    service.close()
    place.home.runner_identity.unlink()
    attempt_id = json.loads((place.folder(job) / "command.json").read_text())["mark"]
    stray = subprocess.Popen(["sleep", "60"], env=os.environ | {"TRAINWEEK_ATTEMPT": attempt_id})
    try:
        wait_for(lambda: psutil.Process(stray.pid).name() == "sleep")
        found = trouble(place, "orphans")
        assert job.id in found.what
        assert f"kill {stray.pid}" in found.remedy
    finally:
        stray.kill()
        stray.wait()


def test_a_process_of_an_earlier_attempt_is_found_while_a_later_one_runs(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    attempt_id = json.loads((place.folder(job) / "command.json").read_text())["mark"]
    vanish(place.shim(job), place.pid(job))
    wait_for(ticking(service, lambda: place.job(job).attempt == 2))
    place.until(service, job, JobState.RUNNING)
    stray = subprocess.Popen(["sleep", "60"], env=os.environ | {"TRAINWEEK_ATTEMPT": attempt_id})
    try:
        wait_for(lambda: psutil.Process(stray.pid).name() == "sleep")
        (found,) = processes.orphans(place.home, Settings(), after(0))
        assert found.verdict is Verdict.FAIL
        assert f"attempt-001 of {job.id}" in found.what
        assert f"kill {stray.pid}" in found.remedy
    finally:
        stray.kill()
        stray.wait()
        service.close()
    (found,) = processes.orphans(place.home, Settings(), after(0))
    assert found.verdict is Verdict.PASS


def test_a_job_that_waits_while_there_is_no_runner_is_named(place: Place) -> None:
    service = place.service(backoff_s=300.0)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    vanish(place.shim(job), place.pid(job))
    place.until(service, job, JobState.QUEUED)
    service.close()
    place.home.runner_identity.unlink()
    found = trouble(place, "runner")
    assert found.verdict is Verdict.WARN
    assert f"no runner to start {job.id}" in found.what


def test_a_shim_that_gives_no_sign_of_life_is_named(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(do="sleep"), JobState.RUNNING)
    (found,) = processes.shims(place.home, Settings(), after(0))
    assert found.verdict is Verdict.PASS
    assert "1 shim with a heartbeat" in found.what
    (found,) = processes.shims(place.home, Settings(), after(60))
    assert found.verdict is Verdict.WARN
    assert f"kill -CONT {place.shim(job)}" in found.remedy
    service.close()


def test_half_written_files_are_named_when_nobody_writes_them_any_more(place: Place) -> None:
    partial = place.home.checkpoints / ".2048.77.partial"
    partial.mkdir(parents=True)
    assert exit_code(examined(place)) == 0  # it may be being written
    os.utime(partial, (time.time() - 7200,) * 2)
    assert ".2048.77.partial" in trouble(place, "leftovers").what
    partial.rmdir()
    backup = place.home.model.with_name("ppo_phase4_BACKUP_29NOV.part")
    backup.mkdir(parents=True)
    os.utime(backup, (time.time() - 7200,) * 2)
    assert "models/ppo_phase4_BACKUP_29NOV.part" in trouble(place, "leftovers").what


def test_a_broken_checkpoint_and_a_foreign_model_are_named(place: Place) -> None:
    for step in (1, 2):
        write_checkpoint(place.home.checkpoints, "run-a", step)
    assert exit_code(examined(place)) == 0
    (place.home.checkpoints / "2" / "model.zip").write_bytes(b"w")
    assert trouble(place, "checkpoints").verdict is Verdict.WARN
    (place.home.checkpoints / "1" / "model.zip").unlink()
    found = [e for e in examined(place) if e.subject == "checkpoints"]
    assert {e.verdict for e in found} == {Verdict.FAIL}
    place.home.best_model.write_bytes(b"another")
    write_json(place.home.model / "best_model.manifest.json", {"sha256": "0" * 64})
    assert "not the file" in next(e for e in examined(place) if e.subject == "best model").what


def test_a_full_disk_is_named_before_it_is_full(place: Place, monkeypatch) -> None:
    usage = type("Usage", (), {"free": 50_000_000})
    monkeypatch.setattr(look_at_place.shutil, "disk_usage", lambda path: usage)
    assert trouble(place, "disk").verdict is Verdict.FAIL


def test_a_clock_that_was_set_back_is_named(place: Place) -> None:
    (found,) = clock(place.home, Settings(), after(-86400))
    assert found.verdict is Verdict.WARN
    assert "ahead of this machine's clock" in found.what


def test_a_package_out_of_its_range_is_named(place: Place, monkeypatch) -> None:
    from runner.doctor import machine

    true = machine.metadata.version
    monkeypatch.setattr(
        machine.metadata, "version", lambda name: "0.1" if name == "torch" else true(name)
    )
    assert "torch is 0.1; >=2.8 is required" in trouble(place, "versions").what


@pytest.mark.slow
def test_the_command_prints_json_and_its_exit_code(place: Place) -> None:
    from tests.runner.cli.terminal import trainweek

    done = trainweek("doctor", "--json", home=place.home.root)
    assert done.returncode == 0, done.stdout
    assert {each["verdict"] for each in json.loads(done.stdout)} == {"PASS"}
    place.home.database.write_bytes(b"")
    done = trainweek("doctor", home=place.home.root)
    assert done.returncode == 2
    assert "❌ FAIL  database" in done.stdout


def test_the_runner_that_holds_the_home_is_read_from_the_kernel(place: Place) -> None:
    service = place.service()
    assert flock_holder(place.home.runner_lock) == os.getpid()
    service.close()
    assert flock_holder(place.home.runner_lock) is None
    assert read_identity(place.home) is not None
    place.home.runner_identity.unlink()


def test_open_incidents_that_block_the_start_are_named(place: Place) -> None:
    recorded(place.lead.open_incident(place.week.id, "performance", "It is flat."))
    assert not [e for e in examined(place) if e.subject == "incidents" and e.remedy]
    opened = recorded(place.lead.open_incident(place.week.id, "crash", "It crashed."))
    found = trouble(place, "incidents")
    assert found.verdict is Verdict.WARN
    assert found.what == f"1 open incident of week {place.week.id} blocks every start: crash."
    place.lead.close_incident(opened.id, "A full disk.")
    assert not [e for e in examined(place) if e.subject == "incidents" and e.remedy]
