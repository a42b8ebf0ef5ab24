"""Attempts on an engine: what it says and what the shim on the node says, side by side.

An attempt counts as gone only with proof: its keeper's last word, an
engine that never gave it a node, or an engine that calls it over *and* a shim that stays silent for
the grace, in which its lease is taken away. An engine that doesn't answer proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.engine_words import EngineWords
from core.files import write_json
from core.language import Message, joined, literal
from core.timestamps import from_unix
from core.vocabulary import EngineState
from runner.executors.executor import Exit, Handle, Observation
from runner.executors.lease import ask, fence, grant, read_shim_files, withdraw
from runner.executors.questions import Questions
from runner.failpoints import fail_here
from runner.files import place_of
from runner.processes.attempt_processes import ID_KEY, PLACE_KEY, is_copied

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.executors.engine import Engine
    from runner.executors.executor import Order
    from runner.executors.lease import ShimFiles
    from runner.executors.questions import Watched
    from runner.settings import Settings

_OVER = frozenset({EngineState.ENDED, EngineState.UNKNOWN})
_COPIED = Message("It is of the data directory that this one was copied from.")
_BECAUSE = {
    "engine": Message("Its engine asked it to end: a time limit, a preemption or a cancellation."),
    "limit": Message("Its time limit (training.placements: time_limit_h) was over."),
    "blind": Message("Its machine could not read the attempt's folder for too long."),
    "fenced": Message("Its lease had been taken away."),
}


class RemoteAttempts:
    """An executor on an engine.

    :param background: runs a round of questions; a test runs it at once.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        monotonic: Callable[[], float],
        background: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self.engine, self.settings, self.monotonic = engine, settings, monotonic
        self.questions = Questions(engine, settings, monotonic, background)

    def place(self, order: Order) -> Handle:
        """Write the attempt's files and submit it; if the engine doesn't answer, a later look does.

        :raises TrainweekError: it can't be written, or the engine refuses it.
        """
        fail_here("before_shim")
        handle = order.handle
        values = {
            "argv": list(order.argv),
            "cwd": str(order.cwd),
            ID_KEY: handle.attempt_id,
            PLACE_KEY: place_of(handle.folder),
            "heartbeat_s": order.heartbeat_s,
            "log_bytes": self.settings.log_bytes,
            "log_files": self.settings.log_files,
            "lease": {
                "epoch": order.epoch,
                "blind_s": self.settings.lease_s,
                "grace_s": self.settings.stop_grace_s,
                "limit_s": self._limit(order.placement.time_limit_h),
            },
        }
        write_json(handle.folder / "command.json", values)
        grant(handle, order.epoch, order.placement.executor, order.placement)
        self.questions.watched(handle)
        self.questions.hurry()
        return handle

    def look(self, handle: Handle, *, search: bool = False) -> Observation:
        """Both words as they are known now; asks the engine again if it is time."""
        if is_copied(handle.folder):  # what it was copied from has its processes
            files = read_shim_files(handle)
            return Observation(
                True, None, False, started_at=files.started, exit=files.exit, gone=_COPIED
            )
        watched = self.questions.watched(handle)
        now = watched.looked_at = self.monotonic()
        self.questions.ask_again()
        files = read_shim_files(handle)
        if files.beat != watched.beat:
            if watched.looks:  # else it may be old
                watched.beat_at = now
            watched.beat = files.beat
        watched.looks += 1
        with self.questions.lock:
            refused, words = watched.refused, self._words(watched, files, now)
        ended = files.exit
        if ended is None and refused is not None:
            why = joined(filter(None, [literal(refused.what), literal(refused.remedy)]))
            ended = Exit(None, None, why, from_unix(_written(handle)))
        gone = None if ended else self._gone(watched, files, words, now)
        given_up = ended is None and self._given_up(handle, watched, words, now)
        return Observation(
            found=True,
            process=files.program,
            alive=gone is None and ended is None and not given_up,
            started_at=files.started,
            exit=ended,
            words=words,
            gone=gone,
            ended_because=_BECAUSE.get(files.because),
            machine_gone=handle.gone if given_up else None,
        )

    def adopt(self, handle: Handle) -> bool:
        """Whether engine or node knows the attempt."""
        return bool(self.questions.watched(handle).jobs) or read_shim_files(handle).began

    def ask_to_end(self, handle: Handle, *, whole_tree: bool = False) -> bool:
        """SIGTERM by the keeper, also while the engine doesn't answer; a waiting job is cancelled."""
        ask(handle, "term_all" if whole_tree else "term")
        if not read_shim_files(handle).began:
            self.questions.cancel(handle)
        return True

    def survivors(self, handle: Handle) -> int:
        """None is known: the shim writes the exit only of the program; the keeper ends the rest."""
        return 0

    def wake(self, handle: Handle) -> None:
        """Nothing: only the node could wake its shim."""

    def end_start(self, handle: Handle) -> None:
        """Have it cancelled."""
        self.end(handle)

    def end(self, handle: Handle) -> int:
        """SIGKILL by the keeper and by the engine; 0 if nothing of it can be alive."""
        files, watched = read_shim_files(handle), self.questions.watched(handle)
        if files.keeper_ended or watched.killed or is_copied(handle.folder):
            return 0
        watched.killed = True
        ask(handle, "kill")
        if files.exit is None:  # else it is about to end by itself, and the engine says how
            self.questions.cancel(handle)
        return int(files.exit is None)

    def _limit(self, hours: float | None) -> float | None:
        """Seconds after which the keeper ends it; None: the engine does, or nobody."""
        return None if hours is None or self.engine.limits_time else hours * 3600

    # --- both words

    def _words(self, watched: Watched, files: ShimFiles, now: float) -> EngineWords:
        answered, trouble = self.questions.answered_since(watched), self.questions.trouble
        silent = max(5 * self.settings.shim_heartbeat_s, 2 * self.settings.engine_poll_s)
        quiet = now - (watched.since if watched.beat_at is None else watched.beat_at)
        job = watched.newest
        if trouble or not answered:
            state, said = EngineState.UNREACHABLE, trouble or Message("no answer yet")
        elif job is not None:
            state, said = job.state, job.said
        elif watched.submitted:
            state, said = EngineState.UNKNOWN, Message("it does not know this job")
        else:
            state, said = EngineState.WAITING, Message("not submitted yet")
        if state is EngineState.UNREACHABLE and now - watched.since < silent and not trouble:
            # It has not had the time to answer this runner yet.
            state = EngineState.WAITING if files.program is None else EngineState.RUNNING
        since = watched.since if self.questions.answered_at is None else self.questions.answered_at
        age = max(0.0, now - since)
        return EngineWords(
            self.engine.name,
            state,
            said,
            age,
            quiet,
            watched.beat_at is not None,
            files.host,
            files.process,
            silent,
        )

    def _gone(
        self, watched: Watched, files: ShimFiles, words: EngineWords, now: float
    ) -> Message | None:
        """The proof that it has ended without an exit status, in a sentence; None: there is none."""
        if files.keeper_ended:
            return Message("Its shim ended on {host} without an exit status.", host=files.host)
        job, nowhere = watched.newest, not files.began
        if watched.killed and nowhere and job is None and not watched.submitted:
            if words.state is EngineState.WAITING:  # it answers, and does not have it
                fence(watched.handle, "cancelled")
                return Message("It was cancelled before it was submitted.")
            return None
        if (
            watched.unwanted
            and nowhere
            and words.state is EngineState.WAITING
            and withdraw(watched.handle)
        ):
            # Some engines don't forget a job that waits; what it starts later finds the claim.
            return Message("It was cancelled before it started.")
        if words.state not in _OVER:
            watched.over_at = None
            return None
        watched.over_at = now if watched.over_at is None else watched.over_at
        if job is not None and not job.began and nowhere:
            fence(watched.handle, "it never started")
            return Message(
                "{engine} never started it: {word}.", engine=words.engine, word=words.said
            )
        quiet = now - max(watched.over_at, watched.beat_at or watched.since)
        if quiet >= self._grace / 2:  # half to be fenced in, half to obey
            fence(watched.handle, f"{words.engine} called it over and it was silent")
        if quiet < self._grace:
            return None
        return Message(
            "{engine} says: {word}; its shim has been silent for {seconds:.0f} s.",
            engine=words.engine,
            word=words.said,
            seconds=quiet,
        )

    def _given_up(
        self, handle: Handle, watched: Watched, words: EngineWords, now: float
    ) -> bool:  # fmt: skip
        """Whether a person's word that its machine is gone holds by now.

        It takes the lease away, and holds after the grace; a shim that speaks is obeyed instead.
        """
        if handle.gone is None or words.state is not EngineState.UNREACHABLE or not words.silent:
            watched.given_up_at = None
            return False
        fence(handle, "a person said that its machine is gone")
        watched.given_up_at = now if watched.given_up_at is None else watched.given_up_at
        return now - watched.given_up_at >= self._grace

    @property
    def _grace(self) -> float:
        """Long enough that a keeper that lives has ended its program, by whichever way."""
        settings, beats = self.settings, 2 * self.settings.shim_heartbeat_s
        obeys = settings.stop_grace_s + beats
        return max(settings.lost_grace_s, settings.lease_s + obeys, 2 * obeys)


def _written(handle: Handle) -> float:
    """When the attempt was placed, in unix seconds."""
    return (handle.folder / "command.json").stat().st_mtime
