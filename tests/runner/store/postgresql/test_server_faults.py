"""Faults of a real server: cut connections, a server that is away, two runners at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from core.errors import ConflictError
from core.ledger_bodies import NoteWritten
from core.paths import Home
from core.vocabulary import JobKind, JobState, Liveness
from runner.client import Client
from runner.executors import elsewhere
from runner.executors.local import LocalProcesses
from runner.files import BUSY_TIMEOUT_S
from runner.home.runner_identity import runner_status
from runner.outcomes import Refused
from runner.recovery.shared_verification import verify_record
from runner.service import Service
from runner.store import open_store
from runner.store.fenced_store import StaleRunner
from runner.store.postgresql.server import ServerAway, engine_of, locked
from tests.expected import present
from tests.postgresql import share
from tests.runner.place import LEAD, child_settings, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from runner.records import Job
    from runner.store.postgresql.shared_store import SharedStore, SharedTransaction
    from tests.postgresql import Server
    from tests.runner.place import Place


def address(place: Place) -> str:
    return place.home.settings_file.read_text().split()[1]


def database(place: Place) -> str:
    return address(place).partition("?")[0].rpartition("/")[2]


def at_commit(postgresql: Server, place: Place, statement: str, times: int) -> None:
    """Have the server do something at the commit of a line, so many times in all."""
    with postgresql.admin(database(place)) as sql:
        sql.exec_driver_sql("CREATE SEQUENCE commits")
        sql.exec_driver_sql(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            # A sequence keeps its number although the transaction is undone.
            f" IF nextval('commits') <= {times} THEN {statement}; END IF; RETURN NULL; END $$"
        )
        sql.exec_driver_sql(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON ledger_lines DEFERRABLE INITIALLY"
            " DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
        )


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("PERFORM pg_terminate_backend(pg_backend_pid())", id="killed"),
        pytest.param("RAISE EXCEPTION 'again' USING ERRCODE = '40001'", id="serialization"),
        pytest.param("RAISE EXCEPTION 'again' USING ERRCODE = '40P01'", id="deadlock"),
    ],
)
def test_a_commit_that_the_server_cuts_off_is_done_once(
    shared: Place, postgresql: Server, statement: str
) -> None:
    at_commit(postgresql, shared, statement, times=2)
    shared.lead.note(shared.week.id, "hourly_1", "once")
    assert [note.text for note in shared.lead.notes(shared.week.id)] == ["once"]
    assert verify_record(shared.home, tables=True).text().endswith("database up to date.")


def test_a_commit_that_was_cut_off_is_not_called_unsaved_while_others_write(
    shared: Place, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shared.lead.store
    store.busy_timeout_s = 0.5
    real, held = type(store)._committed, ExitStack()  # type: ignore[attr-defined]

    def committed(
        self: SharedStore, connection: Connection, transaction: SharedTransaction
    ) -> bool:
        real(self, connection, transaction)
        held.enter_context(locked(engine_of(self.address), 5))  # the answer is lost; others write
        return False

    monkeypatch.setattr(type(store), "_committed", committed)
    with held, pytest.raises(ServerAway, match="nobody knows yet"):
        shared.lead.note(shared.week.id, "hourly_1", "once")
    assert [note.text for note in shared.lead.notes(shared.week.id)] == ["once"]


def test_a_commit_whose_answer_is_lost_is_found_and_not_repeated(
    shared: Place, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shared.lead.store
    real, cut = type(store)._committed, list[str]()  # type: ignore[attr-defined]

    def committed(self: object, connection: object, transaction: object) -> bool:
        saved = real(self, connection, transaction)
        if not cut:
            cut.append("the commit was done; its answer does not arrive")
            return False
        return bool(saved)

    monkeypatch.setattr(type(store), "_committed", committed)
    shared.lead.note(shared.week.id, "hourly_1", "once")
    assert [note.text for note in shared.lead.notes(shared.week.id)] == ["once"]
    assert verify_record(shared.home, tables=True).ok


def test_a_connection_that_is_cut_in_the_middle_saves_nothing_and_the_act_can_be_repeated(
    shared: Place, postgresql: Server
) -> None:
    with pytest.raises(ServerAway, match="nothing was saved"), shared.lead.store.write() as write:  # noqa: PT012
        shared.lead._append(write, NoteWritten(slot="hourly_1", text="a"), shared.week.id)
        assert postgresql.kill_connections(f"datname = '{database(shared)}'")
        shared.lead._append(write, NoteWritten(slot="hourly_1", text="b"), shared.week.id)
    assert shared.lead.notes(shared.week.id) == []
    key = "the same click"
    for _ in range(2):
        shared.lead.submit(JobKind.PREFLIGHT, {}, key)
    assert len(shared.lead.jobs()) == 1
    assert verify_record(shared.home, tables=True).ok


def test_a_line_that_another_wrote_meanwhile_is_not_written_over(
    shared: Place, postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Home(tmp_path / "other")
    share(other, address(shared))
    store, there = shared.lead.store, Client(other, LEAD)
    real, cut = type(store)._committed, list[str]()  # type: ignore[attr-defined]

    def committed(self: object, connection: object, transaction: object) -> bool:
        if self is store and not cut:
            cut.append("the connection is lost before the commit")
            connection.rollback()  # type: ignore[attr-defined]
            there.note(shared.week.id, "hourly_1", "from there")
            return False
        return bool(real(self, connection, transaction))

    monkeypatch.setattr(type(store), "_committed", committed)
    with pytest.raises(ConflictError, match="nothing was saved"):
        shared.lead.note(shared.week.id, "hourly_1", "from here")
    assert [note.text for note in shared.lead.notes(shared.week.id)] == ["from there"]


@pytest.fixture
def away(shared: Place, postgresql: Server) -> Iterator[Place]:
    yield shared
    postgresql.start()


def test_a_runner_whose_server_is_away_goes_on_and_loses_nothing(
    away: Place, postgresql: Server
) -> None:
    service = away.service(busy_timeout_s=1.0, heartbeat_s=0.0)
    job = away.submit(wait=True)
    away.until(service, job, JobState.RUNNING)
    postgresql.stop()
    with pytest.raises(ServerAway, match=r"store_url: .* can't be reached"):
        away.lead.note(away.week.id, "hourly_1", "not now")
    with pytest.raises(ServerAway):
        Client(away.home, LEAD).weeks()
    for _ in range(3):
        with pytest.raises(ServerAway):
            service.tick(datetime.now(UTC))
    away_folder = next((away.home.jobs / job.id).iterdir())
    (away_folder / "go").touch()  # the job ends while nobody can record it
    wait_for((away_folder / "exit.json").exists)
    postgresql.start()
    assert away.until(service, job).state is JobState.SUCCEEDED
    assert len(away.starts()) == 1
    away.lead.note(away.week.id, "hourly_1", "now")
    service.close()
    assert verify_record(away.home, tables=True).ok


def other_machine(place: Place, root: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Another data directory, whose runner says that it is on another boot of another host."""
    home = Home(root)
    share(home, address(place), runner_lease_s=1)
    monkeypatch.setattr("runner.service.boot_id", lambda: "another boot")
    monkeypatch.setattr("runner.service.socket.gethostname", lambda: "elsewhere")
    return home


def runner_of(home: Home, *, take_over: bool = False) -> Service:
    return Service(home, child_settings(), now=lambda: datetime.now(UTC), take_over=take_over)


def test_a_runner_of_another_machine_is_refused_while_one_lives_and_not_longer(
    shared: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shared.service(heartbeat_s=0.0)
    other = other_machine(shared, tmp_path / "other", monkeypatch)
    first.tick(first.now())
    with pytest.raises(ConflictError, match=rf"for this database: on .*, pid {os.getpid()}"):
        runner_of(other)
    assert runner_status(other, datetime.now(UTC)).epoch == first.fenced.epoch
    wait_for(lambda: not runner_status(other, datetime.now(UTC)).alive)  # it has stopped ticking
    second = runner_of(other)
    with pytest.raises(StaleRunner):
        first.tick(first.now())
    first.close()
    assert runner_status(shared.home, datetime.now(UTC)).host == "elsewhere"
    assert runner_status(shared.home, datetime.now(UTC)).alive  # an end of the first is not its end
    second.close()
    assert not runner_status(other, datetime.now(UTC)).alive
    runner_of(other).close()  # one that ended in order is not waited for


def test_a_runner_that_died_on_this_machine_is_not_waited_for(shared: Place) -> None:
    dead = shared.service()
    dead._lock.release()  # as its death does
    second = shared.service()
    assert second.fenced.epoch == dead.fenced.epoch + 1
    second.close()


def test_a_runner_of_another_container_with_the_same_path_is_refused(
    shared: Place, tmp_path: Path
) -> None:
    first, root, url = shared.service(), shared.home.root, address(shared)
    elsewhere = root.rename(tmp_path / "of the first container")
    share(Home(root), url)
    try:
        with pytest.raises(ConflictError, match="already active for this database"):
            runner_of(Home(root))
    finally:
        shutil.rmtree(root)
        elsewhere.rename(root)
    first.close()


def test_the_lease_is_renewed_while_a_tick_takes_long(shared: Place) -> None:
    service = shared.service(heartbeat_s=0.05)
    service.lease.start()
    later = text("SELECT renewed_at > since + interval '0.2 s' FROM runner_lease")

    def renewed() -> bool:
        with shared.lead.store.read() as connection:
            return bool(connection.scalar(later))

    wait_for(renewed)  # without a tick
    service.close()


def test_one_store_that_two_threads_write_and_mirror_does_not_stall(shared: Place) -> None:
    store, client = shared.lead.store, shared.lead
    errors, began = list[Exception](), time.monotonic()

    def work(act: Callable[[], object]) -> None:
        try:
            for _ in range(30):
                act()
        except Exception as error:  # a thread's error must reach the test
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=(act,))
        for act in (lambda: client.note(shared.week.id, "hourly_1", "seen"), store.require_ledger)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert time.monotonic() - began < BUSY_TIMEOUT_S  # each of two that wait for another gives up


def test_the_run_of_another_machine_is_left_alone_until_it_is_said_to_be_gone(
    shared: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "_SILENT_S", 0.5)
    first = shared.service()
    job = shared.until(first, shared.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    folder = shared.folder(job)
    for name in ("command.json", "identity.json"):  # as another machine wrote them
        stored = json.loads((folder / name).read_text())
        if name == "command.json":
            stored["machine"] = {"id": "theirs", "system": "theirs", "host": "elsewhere"}
        else:
            for process in (stored["shim"], stored["child"]):
                process["boot_id"] = "its boot"
        (folder / name).write_text(json.dumps(stored))
    first.close()
    second = shared.service(liveness_s=0.0)
    shared.lead.stop(job.id)
    for _ in range(3):
        second.tick(second.now())
    assert shared.job(job).state is JobState.RUNNING
    pulse = json.loads((folder / "pulse.json").read_text())
    assert pulse["liveness"] == Liveness.UNREACHABLE
    assert "machine-gone" in str(pulse["words"]["said"])
    assert len(shared.starts()) == 1
    wait_for(ticking(second, lambda: is_refused(shared, job, "is alive: its shim")))
    for stray in (
        shared.shim(job),
        json.loads((folder / "identity.json").read_text())["child"]["pid"],
    ):
        os.kill(stray, signal.SIGKILL)
    wait_for(ticking(second, lambda: not is_refused(shared, job)))
    assert shared.until(second, job).state is JobState.STOPPED  # as was asked before
    second.close()


def is_refused(place: Place, job: Job, why: str = "") -> bool:
    outcome = place.lead.machine_gone(job.id, "It was sent back.")
    return isinstance(outcome, Refused) and why in outcome.reason


def test_a_start_by_another_machine_whose_folder_is_not_here_is_not_started_again(
    shared: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "_SILENT_S", 0.2)
    first = shared.service()
    job = shared.submit(JobKind.TRAIN, do="complete")
    monkeypatch.setattr(LocalProcesses, "place", lambda self, order: order.handle)
    first.tick(first.now())
    monkeypatch.undo()
    monkeypatch.setattr(elsewhere, "_SILENT_S", 0.2)
    first.close()
    shutil.rmtree(shared.folder(job))  # this machine sees another folder than that one
    (shared.home.state / "machine").write_text("another machine\n")
    second = shared.service(liveness_s=0.0, start_timeout_s=0.0)
    for _ in range(3):
        second.tick(second.now())
    seen = shared.job(job)
    assert (seen.state, seen.attempt, shared.starts()) == (JobState.STARTING, 1, [])
    assert "is one that two machines see differently" in seen.reason
    assert present(shared.lead.pulse(job.id)).liveness is Liveness.UNREACHABLE
    wait_for(ticking(second, lambda: not is_refused(shared, job)))
    wait_for(ticking(second, lambda: shared.job(job).state is not JobState.STARTING))
    second.close()
    ended = shared.lead.attempts(job.id)[0]
    assert ended.state is JobState.INTERRUPTED
    assert ended.reason == "Lea said that its machine is gone: It was sent back."
    third = shared.service()
    job = shared.until(third, job)
    assert (job.state, job.attempt, len(shared.starts())) == (JobState.SUCCEEDED, 2, 1)
    third.close()


def test_of_many_runners_that_start_at_once_one_is_left(
    shared: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes, made, refused = [], list[Service](), list[Exception]()
    for number in range(4):
        homes.append(other_machine(shared, tmp_path / f"other-{number}", monkeypatch))
        share(homes[-1], address(shared))  # the usual lease
        open_store(homes[-1])

    def start(home: Home) -> None:
        try:
            made.append(runner_of(home))
        except Exception as error:  # a thread's error must reach the test
            refused.append(error)

    threads = [threading.Thread(target=start, args=(home,)) for home in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = made
    assert [type(error) for error in refused] == [ConflictError] * 3
    with shared.lead.store.read() as connection:
        assert list(connection.scalars(text("SELECT epoch FROM runners"))) == [1]
    winner.close()


def test_two_machines_that_ask_for_a_job_at_once_get_one(shared: Place, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    share(other, address(shared))
    threads = [
        threading.Thread(target=Client(home, LEAD).submit, args=(JobKind.PREFLIGHT, {}))
        for home in (shared.home, other) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [job.state for job in shared.lead.jobs()] == [JobState.QUEUED]
    service = shared.service()
    wait_for(ticking(service, lambda: shared.starts()))
    assert len(shared.starts()) == 1
    service.close()
