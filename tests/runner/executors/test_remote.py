"""Two words about an attempt elsewhere: what is believed, and when it counts as gone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.engine_words import EngineWords
from core.errors import SetupError
from core.language import Message, literal
from core.playbook.placement import Placement
from core.vocabulary import EngineState, Liveness
from runner.executors.engine import EngineJob, EngineUnreachable, Submission
from runner.executors.executor import Handle, Observation, Order
from runner.executors.lease import LEASE
from runner.executors.remote import RemoteAttempts
from runner.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

GRACE = 300.0
SETTINGS = Settings(lost_grace_s=GRACE, engine_poll_s=1.0)
ID = "an-attempt"


class Cluster:
    """An engine that says what the test has it say."""

    name = "Slurm"
    limits_time = True

    def __init__(self) -> None:
        self.submitted: list[Submission] = []
        self.cancelled: list[str] = []
        self.listed: list[EngineJob] = []
        self.answers = True
        self.trouble: SetupError | None = None
        self.refuses_to_cancel = False

    def submit(self, wanted: Submission) -> str:
        self._ask()
        self.submitted.append(wanted)
        self.listed = [self.job(EngineState.WAITING, "waiting: Resources", began=False)]
        return "7"

    def jobs(self) -> list[EngineJob]:
        self._ask()
        return self.listed

    def try_out(self, placement: Placement) -> None:
        self._ask()

    def cancel(self, number: str) -> None:
        if self.refuses_to_cancel:
            raise EngineUnreachable("HTTP 502")
        self.cancelled.append(number)

    def says(self, state: EngineState, said: str, *, began: bool = True) -> None:
        self.listed = [self.job(state, said, began=began)]

    def job(self, state: EngineState, said: str, *, began: bool) -> EngineJob:
        return EngineJob(ID, "7", state, literal(said), began)

    def _ask(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        if not self.answers:
            raise EngineUnreachable("Unable to contact slurm controller")


class Attempt:
    """A placed attempt, its node's files, and a looker with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cluster, self.now = folder, Cluster(), 1000.0
        self.handle, self.beats = Handle(ID, folder), 0
        self.remote = self.looker()

    def looker(self) -> RemoteAttempts:
        return RemoteAttempts(self.cluster, SETTINGS, lambda: self.now, lambda work: work())

    def place(self) -> None:
        wanted = Placement(executor="slurm", cpus=2)
        self.remote.place(Order(self.handle, ["true"], self.folder, 3.0, epoch=1, placement=wanted))

    def look(self, after: float = 0.0) -> Observation:
        self.now += after
        return self.remote.look(self.handle)

    def runs(self) -> None:
        """Engine and shim both say so."""
        self.place()
        self.look()
        self.cluster.says(EngineState.RUNNING, "RUNNING")
        child = {"boot_id": "another", "pid": 12, "start_ticks": 5}
        self.write("identity.json", {"mark": ID, "started_at": 1.0, "shim": None, "child": child})
        self.beat()
        self.look(2)
        self.beat()
        self.look(2)

    def beat(self) -> None:
        self.beats += 1
        self.write("node.json", {"mark": ID, "beat": self.beats, "host": "node7", "state": "S"})

    def write(self, name: str, content: dict) -> None:
        (self.folder / name).write_text(json.dumps(content))

    def epoch(self) -> int:
        return int(json.loads((self.folder / LEASE).read_text())["epoch"])


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return Attempt(tmp_path)


def words(seen: Observation) -> EngineWords:
    assert seen.words is not None
    return seen.words


def test_it_is_submitted_once_and_waits_in_the_engines_words(attempt: Attempt) -> None:
    attempt.place()
    for _ in range(3):
        seen = attempt.look(2)
    assert (words(seen).state, words(seen).said) == (EngineState.WAITING, "waiting: Resources")
    assert (seen.alive, seen.process, len(attempt.cluster.submitted)) == (True, None, 1)


def test_an_engine_that_is_not_there_refuses_after_the_grace_alone(attempt: Attempt) -> None:
    attempt.place()
    attempt.cluster.trouble = SetupError(Message("no engine"), Message("Set it."))
    seen = attempt.look(2)
    assert (seen.exit, words(seen).state) == (None, EngineState.UNREACHABLE)
    attempt.cluster.trouble = None
    attempt.look(GRACE)
    assert words(attempt.look(2)).state is EngineState.WAITING  # it was a restart

    other = Attempt(attempt.folder / "other")
    other.folder.mkdir()
    other.place()
    other.cluster.trouble = SetupError(Message("no engine"), Message("Set it."))
    other.look(2)
    assert other.look(GRACE - 1).exit is None
    ended = other.look(2).exit
    assert ended is not None
    assert ended.error == "no engine Set it."


def test_one_that_cannot_be_cancelled_holds_up_no_other(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.refuses_to_cancel = True
    attempt.remote.end_start(attempt.handle)
    other = Handle("another", attempt.folder / "other")
    other.folder.mkdir()
    placed = Placement(executor="slurm")
    attempt.remote.place(Order(other, ["true"], attempt.folder, 3.0, epoch=1, placement=placed))
    attempt.look(2)
    assert [one.attempt_id for one in attempt.cluster.submitted] == [ID, "another"]


def test_a_runner_that_died_before_the_answer_adopts_what_is_listed(attempt: Attempt) -> None:
    attempt.place()
    attempt.look()
    (attempt.folder / "submitted.json").unlink()
    attempt.remote = attempt.looker()
    attempt.look(2)
    attempt.look(2)
    assert (attempt.remote.adopt(attempt.handle), len(attempt.cluster.submitted)) == (True, 1)


def test_one_that_no_runner_submitted_is_submitted_by_the_next(attempt: Attempt) -> None:
    attempt.cluster.answers = False
    attempt.place()
    attempt.look()
    attempt.cluster.answers, attempt.remote = True, attempt.looker()
    attempt.look(2)
    assert len(attempt.cluster.submitted) == 1


def test_an_engine_that_does_not_answer_proves_nothing_however_long(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.answers = False
    seen = attempt.look(2)
    assert (seen.alive, words(seen).liveness) == (True, Liveness.UNREACHABLE)
    seen = attempt.look(100 * GRACE)  # its shim is silent, too
    assert (seen.alive, seen.gone, attempt.epoch()) == (True, None, 1)
    assert words(seen).age > 100 * GRACE


def test_a_silent_shim_alone_is_unreachable(attempt: Attempt) -> None:
    attempt.runs()
    seen = attempt.look(100 * GRACE)
    seen = attempt.look(2)
    assert (words(seen).state, words(seen).liveness) == (
        EngineState.RUNNING,
        Liveness.UNREACHABLE,
    )
    assert (seen.alive, attempt.epoch()) == (True, 1)


def test_an_engine_that_calls_it_over_is_disputed_while_the_shim_reports(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.says(EngineState.ENDED, "NODE_FAIL")
    for _ in range(100):  # much longer than the grace
        attempt.beat()
        seen = attempt.look(10)
    assert (words(seen).liveness, seen.alive, attempt.epoch()) == (Liveness.DISPUTED, True, 1)


def test_over_and_silent_is_fenced_first_and_lost_after_the_grace(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.says(EngineState.ENDED, "NODE_FAIL")
    attempt.look(2)
    seen = attempt.look(GRACE / 2 - 5)
    assert (seen.alive, attempt.epoch()) == (True, 1)
    seen = attempt.look(10)
    assert (seen.alive, attempt.epoch()) == (True, 2)
    seen = attempt.look(GRACE / 2)
    assert not seen.alive
    assert seen.gone == "Slurm says: NODE_FAIL; its shim has been silent for 305 s."


def test_a_job_that_the_engine_forgot_is_treated_the_same(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.listed = []
    seen = attempt.look(2)
    assert (words(seen).state, seen.alive) == (EngineState.UNKNOWN, True)
    assert not attempt.look(GRACE + 1).alive


def test_one_that_never_got_a_node_is_gone_at_once_and_fenced(attempt: Attempt) -> None:
    attempt.place()
    attempt.look()
    attempt.cluster.says(EngineState.ENDED, "CANCELLED", began=False)
    attempt.look(2)
    seen = attempt.look(2)
    assert (seen.alive, seen.gone) == (False, "Slurm never started it: CANCELLED.")
    assert attempt.epoch() == 2


def test_one_that_waits_can_be_stopped_though_the_engine_keeps_it(attempt: Attempt) -> None:
    attempt.place()
    attempt.look()
    attempt.remote.ask_to_end(attempt.handle)
    seen = attempt.look(2)
    assert (seen.alive, seen.gone) == (False, "It was cancelled before it started.")
    # A shim that the engine starts later finds its claim taken.
    with pytest.raises(FileExistsError):
        (attempt.folder / "claim").open("x")
    assert not attempt.look(2).alive


def test_one_that_a_shim_claimed_meanwhile_is_not_called_cancelled(attempt: Attempt) -> None:
    attempt.place()
    attempt.look()
    attempt.remote.ask_to_end(attempt.handle)
    (attempt.folder / "claim").write_text(ID)
    assert attempt.look(2).alive


def test_a_keepers_last_word_needs_no_grace(attempt: Attempt) -> None:
    attempt.runs()
    attempt.write("node.json", {"mark": ID, "beat": 9, "host": "node7", "ended": True})
    seen = attempt.look()
    assert (seen.alive, seen.gone) == (False, "Its shim ended on node7 without an exit status.")


def test_another_machines_clock_is_never_compared(attempt: Attempt) -> None:
    attempt.runs()
    attempt.write("node.json", {"mark": ID, "beat": 50, "host": "node7", "at": 1e12})
    assert words(attempt.look(1)).shim_age == 0.0


def test_a_stop_goes_by_the_lease_while_the_engine_is_away(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.answers = False
    attempt.remote.ask_to_end(attempt.handle)
    assert json.loads((attempt.folder / LEASE).read_text())["ask"] == "term"
    assert attempt.remote.end(attempt.handle) == 1
    assert json.loads((attempt.folder / LEASE).read_text())["ask"] == "kill"
    assert attempt.remote.end(attempt.handle) == 0  # asked once
    attempt.cluster.answers = True
    attempt.look(2)
    assert attempt.cluster.cancelled == ["7"]


def test_the_words_grow_old_where_they_are_stored(attempt: Attempt) -> None:
    attempt.runs()
    told = words(attempt.look())
    stored = EngineWords.from_dict(json.loads(json.dumps(told.as_dict())))
    assert stored is not None
    assert stored == told
    assert stored.older(60).shim_age == told.shim_age + 60
    assert stored.older(60).liveness is Liveness.UNREACHABLE


GONE = Message("Lea said that its machine is gone: It burned.")


def test_one_whose_engine_never_answers_again_ends_by_a_persons_word_after_the_grace(
    attempt: Attempt,
) -> None:
    attempt.runs()
    attempt.cluster.answers = False
    assert attempt.look(10 * GRACE).alive  # an engine that does not answer proves nothing
    attempt.handle = replace(attempt.handle, gone=GONE)
    assert attempt.look(1).alive
    assert attempt.epoch() == 2  # fenced first
    assert attempt.look(GRACE - 1).alive
    ended = attempt.look(1)
    assert (ended.alive, ended.machine_gone) == (False, GONE)


def test_a_persons_word_counts_for_nothing_while_the_shim_speaks(attempt: Attempt) -> None:
    attempt.runs()
    attempt.cluster.answers = False
    attempt.handle = replace(attempt.handle, gone=GONE)
    for _ in range(4):
        attempt.beat()
        assert attempt.look(GRACE / 3).alive
    assert attempt.epoch() == 1


def test_a_persons_word_counts_for_nothing_once_the_engine_answers(attempt: Attempt) -> None:
    attempt.runs()
    attempt.handle = replace(attempt.handle, gone=GONE)
    assert attempt.look(GRACE).alive  # silent, and its engine says that it runs
    assert attempt.look(GRACE).alive
    assert attempt.epoch() == 1
