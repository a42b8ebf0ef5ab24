"""The questions to an engine, in a thread: what it lists, and what it is to submit or to cancel.

An answer may take seconds, and must not hold up the supervision of other jobs.
"""

from __future__ import annotations

import logging
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.files import write_json
from core.language import literal
from core.paths import CHECKOUT
from core.vocabulary import EngineState
from runner.executors.engine import EngineUnreachable, Submission
from runner.executors.lease import placement_of, read_shim_files
from runner.failpoints import fail_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.language import Message
    from core.playbook.placement import Placement
    from runner.executors.engine import Engine, EngineJob
    from runner.executors.executor import Handle
    from runner.settings import Settings

log = logging.getLogger("trainweek.runner")
KEEPER = CHECKOUT / "runner" / "processes" / "keeper.py"
_SUBMITTED = "submitted.json"
_FORGOTTEN_S = 60.0  # an attempt that nobody has looked at for longer has ended


@dataclass
class Watched:
    """What this runner has seen of one attempt; times are its own monotonic seconds."""

    handle: Handle
    since: float  # it looks at it
    beat: object = None
    beat_at: float | None = None  # when the beat was last seen to change
    over_at: float | None = None  # since when the engine calls it over
    given_up_at: float | None = (
        None  # since when a person's word that its machine is gone is obeyed
    )
    jobs: list[EngineJob] = field(default_factory=list)  # by the newest answer
    refused: TrainweekError | None = None
    cancel: bool = False  # the engine has to be asked
    unwanted: bool = False  # it was to be cancelled once
    killed: bool = False
    looked_at: float = 0.0
    looks: int = 0

    @property
    def newest(self) -> EngineJob | None:
        """The job that counts: one that runs, else one that waits, else one that ended.

        A second submission of the same attempt finds its claim and ends at once.
        """
        order = [EngineState.ENDED, EngineState.WAITING, EngineState.RUNNING]
        return max(self.jobs, key=lambda job: order.index(job.state), default=None)

    @property
    def submitted(self) -> bool:
        """Whether some runner has submitted it and got an answer."""
        return (self.handle.folder / _SUBMITTED).exists()


class Questions:
    """What one runner asks one engine, and the newest answer.

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
        self._background = background or _in_thread
        self.lock, self._asking = threading.Lock(), False
        self._watched: dict[str, Watched] = {}
        self._asked_at = monotonic()
        self._hurry = True
        self.answered_at: float | None = None  # when the question was put that was answered last
        self.trouble: Message | None = None  # why there was no answer to the newest one
        self._no_engine_since: float | None = None  # each answer since says that none is there

    def watched(self, handle: Handle) -> Watched:
        """What is known of an attempt; it is asked about from now on."""
        with self.lock:
            known = self._watched.get(handle.attempt_id)
            if known is None:
                now = self.monotonic()
                known = Watched(handle, now, looked_at=now)
                self._watched[handle.attempt_id] = known
            return known

    def hurry(self) -> None:
        """Ask at the next look, not only when it is time."""
        self._hurry = True

    def cancel(self, handle: Handle) -> None:
        """Have it cancelled as soon as the engine answers."""
        watched = self.watched(handle)
        watched.cancel = watched.unwanted = True
        self._hurry = True

    def answered_since(self, watched: Watched) -> bool:
        """Whether an answer is newer than what was last done about the attempt."""
        return self.answered_at is not None and self.answered_at >= watched.since

    def ask_again(self) -> None:
        """Put the questions, if it is time and none is on its way."""
        now = self.monotonic()
        if self._asking or not (self._hurry or now - self._asked_at >= self.settings.engine_poll_s):
            return
        self._asking, self._hurry, self._asked_at = True, False, now
        self._background(self._round)

    def _round(self) -> None:
        began = self.monotonic()
        try:
            listed = self.engine.jobs()
            with self.lock:
                self.trouble, self.answered_at, self._no_engine_since = None, began, None
                self._watched = {
                    own: each
                    for own, each in self._watched.items()
                    if each.cancel or began - each.looked_at < _FORGOTTEN_S
                }
                watched = list(self._watched.values())
                for each in watched:
                    own = each.handle.attempt_id
                    each.jobs = [job for job in listed if job.attempt_id == own]
        except EngineUnreachable as error:
            self.trouble, self._no_engine_since = literal(str(error)), None
        except TrainweekError as error:
            self._no_engine(error)
        else:
            self._act_on(watched)
        finally:
            self._asking = False

    def _no_engine(self, error: TrainweekError) -> None:
        """There is no such engine here: a wait would be vain, once it has been so for the grace.

        What stands before an engine that restarts answers in the same way for a while.
        """
        now = self.monotonic()
        if self._no_engine_since is None:
            self._no_engine_since = now
        with self.lock:
            self.trouble = literal(error.what)
            if now - self._no_engine_since < self.settings.lost_grace_s:
                return
            for each in self._watched.values():
                if not each.submitted and not read_shim_files(each.handle).began:
                    each.refused = error

    def _act_on(self, watched: list[Watched]) -> None:
        """Act on each by itself: one that can't be cancelled holds up no other."""
        for each in watched:
            try:
                self._act(each)
            except EngineUnreachable as error:
                self.trouble = literal(str(error))
            except TrainweekError as error:
                self._no_engine(error)
            except OSError as error:  # a full disk: tried again
                log.warning("%s: %s", self.engine.name, error)

    def _act(self, watched: Watched) -> None:
        """Submit what the engine does not have, and cancel what is to end."""
        folder, placement = watched.handle.folder, placement_of(watched.handle)
        files = read_shim_files(watched.handle)
        new = not watched.jobs and not files.began and not watched.submitted
        if watched.cancel:
            for job in watched.jobs:
                if job.state is not EngineState.ENDED:
                    self.engine.cancel(job.number)
            # One that is submitted and not listed yet is cancelled when it is.
            watched.cancel = not watched.jobs and not self.answered_since(watched)
        elif new and placement is not None and watched.refused is None:
            self._submit(watched, folder, placement)

    def _submit(self, watched: Watched, folder: Path, placement: Placement) -> None:
        fail_here("before_submit")
        command = [sys.executable, "-I", "-S", str(KEEPER), str(folder)]
        warning = self.settings.stop_grace_s + 30
        wanted = Submission(
            watched.handle.attempt_id, command, folder, CHECKOUT, placement, warning
        )
        try:
            number = self.engine.submit(wanted)
        except TrainweekError as error:
            watched.refused = error
            return
        finally:
            watched.since = self.monotonic()  # an older answer can't know it
        fail_here("after_submit")
        write_json(folder / _SUBMITTED, {"job": number})
        self._hurry = True


def _in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="engine", daemon=True).start()
