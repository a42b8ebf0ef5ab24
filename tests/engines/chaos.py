"""Kill the engines' own parts at random, and count what is lost: ``make chaos-engines``.

``python -m tests.engines.chaos [--slurm 100] [--ray 50] [--seed 1]``

Each round requests one job in a home of its own and kills a part of the engine (``kill -9``), or makes
it silent, at a random moment: while the job is being placed, or while it runs. After a random while the
part is started again. In about every fourth round the job's own processes die, too, as they do when the
power of a machine is cut. Counted are double starts (two programs of one job alive at once), healthy
programs that were ended, and how long it took until an attempt that had died was called LOST: first until
the engine called it over, from its return, then until trainweek did. The first is the engine's own: slurmstepd
reports an end each 15 s until its controller answers. The second is ours, and is bound to grace + 10 s.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from core.vocabulary import ENDED_STATES, EngineState, JobKind, JobState
from tests.engines.cluster import PATH, Cluster
from tests.engines.cluster import missing as slurm_missing
from tests.engines.placed_home import QUICK, EnginePlace, placed_home
from tests.engines.ray_cluster import RayCluster
from tests.engines.ray_cluster import missing as ray_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.records import Job
    from runner.service import Service

    Clusters = Cluster | RayCluster

PATIENCE_S = 300.0  # ends a round that has failed; Slurm tries a failed launch again after 120 s
NAMED_IN_S = QUICK["lost_grace_s"] + 10.0
LOSSES = 0.25  # share of the rounds in which the program dies, too
AWAY_S = (0.5, 9.0)  # how long a part is away; Slurm gives its node up after 6 s


@dataclass
class Count:
    """What became of the rounds of one kind."""

    rounds: int = 0
    double: int = 0
    ended: int = 0
    # Seconds from the return of the engine to its word, and from that to LOST.
    lost: list[tuple[float, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        late = [named for _, named in self.lost if named > NAMED_IN_S]
        return not (self.double or self.ended or late or self.problems)

    def row(self, engine: str, fault: str) -> str:
        words, named = (
            [f"{max(each):.1f} s" for each in zip(*self.lost, strict=True)]
            if self.lost
            else ("-", "-")
        )
        return (
            f"{engine:<6} {fault:<22} {self.rounds:>6} {self.double:>13} {self.ended:>13} "
            f"{len(self.lost):>5} {words:>12} {named:>14}"
        )


class Round:
    """One job of one home, while its engine suffers."""

    def __init__(self, engine: Clusters, root: Path, rng: random.Random) -> None:
        self.engine, self.rng = engine, rng
        self.place: EnginePlace = placed_home(root, engine.name)
        self.service: Service = self.place.engine()
        self.most_alive = 0

    def play(self, strike: Callable[[], None], count: Count) -> None:
        """Request, strike, wait, mend, and see what has become of the job."""
        job = self.place.submit(JobKind.TRAIN, do="complete", wait=True)
        placing = self.rng.random() < 0.3
        if placing:
            self._tick_for(self.rng.uniform(0.0, 1.0))
        else:
            self._until(lambda: self._works(job))
            self.engine.remember(self.place.handle(self.place.job(job)).attempt_id)
        strike()
        before = self._programs()
        dies = not placing and self.rng.random() < LOSSES
        if dies:
            before = []
            self._cut_power()
            self._tick_for(self.rng.uniform(*AWAY_S))
            self._mend()
            mended = time.monotonic()  # while an engine is silent, nothing is called LOST
            said: list[float] = []

            def named() -> bool:
                if not said and self._called_over(job):
                    said.append(time.monotonic())
                return self._attempt_states(job)[0] is JobState.LOST

            self._until(named)
            word = max(mended, said[0] if said else mended)
            count.lost.append((word - mended, time.monotonic() - word))
        else:
            self._tick_for(self.rng.uniform(*AWAY_S))
            self._mend()
        self._until(lambda: self._works(job) or self.place.job(job).state in ENDED_STATES)
        count.ended += sum(not _alive(pid) for pid in before)
        self.place.go(job)
        self._until(lambda: self.place.job(job).state in ENDED_STATES)
        count.double += self.most_alive > 1
        ended = self.place.job(job)
        if ended.state is not JobState.SUCCEEDED:
            count.problems.append(f"{ended.state}: {ended.reason}")
        if before and ended.attempt != 1:
            count.problems.append(f"a run that lived has {ended.attempt} attempts")

    def end(self) -> None:
        self.service.close()
        self.place.clear()

    def _works(self, job: Job) -> bool:
        return (
            self.place.job(job).state is JobState.RUNNING
            and self.place.lead.progress(job.id) is not None
            and bool(self._programs())
        )

    def _called_over(self, job: Job) -> bool:
        pulse = self.place.lead.pulse(job.id)
        words = None if pulse is None else pulse.words
        return words is not None and words.state in (EngineState.ENDED, EngineState.UNKNOWN)

    def _attempt_states(self, job: Job) -> list[JobState]:
        return [attempt.state for attempt in self.place.lead.attempts(job.id)]

    def _programs(self) -> list[int]:
        return [
            pid
            for pid in map(int, (line.split()[1] for line in self.place.starts()))
            if _alive(pid)
        ]

    def _cut_power(self) -> None:
        for end in (psutil.Process.suspend, psutil.Process.kill):
            for process in self.place.strays():
                with suppress(psutil.NoSuchProcess):
                    end(process)

    def _mend(self) -> None:
        self.engine.revive()

    def _tick_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._tick()

    def _until(self, there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not there():
            if time.monotonic() > deadline:
                job = self.place.lead.latest_job(JobKind.TRAIN)
                raise AssertionError(f"it did not come to that: {job}")
            self._tick()

    def _tick(self) -> None:
        self.service.tick(self.service.now())
        self.most_alive = max(self.most_alive, len(self._programs()))
        time.sleep(0.02)


def strikes(engine: Clusters) -> dict[str, Callable[[], None]]:
    """What can be done to the engine, by name."""
    found = {"controller killed": engine.kill_controller, "node agent killed": engine.kill_agent}
    if isinstance(engine, RayCluster):
        return {
            "head killed": engine.kill_controller,
            "raylet killed": engine.kill_agent,
            "network cut": engine.cut,
        }
    return found | {"controller stopped": engine.stop_controller}


def chaos(engine: Clusters, rounds: int, rng: random.Random, counts: dict[str, Count]) -> None:
    """Play the rounds, and count by what was done."""
    known = strikes(engine)
    for number in range(1, rounds + 1):
        name = rng.choice(sorted(known))
        count = counts[name]
        count.rounds += 1
        with tempfile.TemporaryDirectory(prefix="trainweek-chaos-") as folder:
            played = Round(engine, Path(folder), rng)
            try:
                played.play(known[name], count)
            except AssertionError as error:
                count.problems.append(f"round {number}: {error}")
            finally:
                played.end()
                engine.heal()
        print(f"{number:>4}  {count.row(engine.name, name)}", flush=True)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--slurm", type=int, default=100, help="rounds on Slurm")
    asked.add_argument("--ray", type=int, default=50, help="rounds on Ray")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    all_counts: dict[str, dict[str, Count]] = defaultdict(lambda: defaultdict(Count))
    asked_rounds = {"slurm": options.slurm, "ray": options.ray}
    with suppress(KeyboardInterrupt):  # what was played is counted
        for name in (name for name, rounds in asked_rounds.items() if rounds):
            with _cluster(name) as engine:
                rng = random.Random(options.seed)
                chaos(engine, asked_rounds[name], rng, all_counts[name])
    print(
        f"\n{'engine':<6} {'what was done':<22} {'rounds':>6} {'double starts':>13} "
        f"{'healthy ended':>13} {'lost':>5} {'its word in':>12} {'then LOST in':>14}"
    )
    for name, counts in all_counts.items():
        for fault, count in sorted(counts.items()):
            print(count.row(name, fault))
            for problem in count.problems:
                print(f"    PROBLEM {problem}")
    print(f"After the engine's word an attempt that died must be named within {NAMED_IN_S:.0f} s.")
    return 0 if all(each.ok for counts in all_counts.values() for each in counts.values()) else 1


@contextmanager
def _cluster(name: str) -> Iterator[Clusters]:
    """A real one, found by this process as by a user's shell."""
    absent = ", ".join(slurm_missing()) if name == "slurm" else ray_missing()
    if absent:
        raise SystemExit(f"{name}: {absent}. make test-engines installs it.")
    with tempfile.TemporaryDirectory(prefix="trainweek-slurm-") as folder:
        engine: Clusters
        if name == "slurm":
            engine = Cluster(Path(folder))
            os.environ |= {"SLURM_CONF": str(engine.conf), "PATH": PATH}
        else:
            engine = RayCluster()
            os.environ |= {
                "TRAINWEEK_RAY_ADDRESS": engine.address,
                "RAY_AUTH_TOKEN": engine.token,
            }
        try:
            engine.start()
            yield engine
        finally:
            engine.end()


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    raise SystemExit(main())
