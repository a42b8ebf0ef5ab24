"""Runs as PPO writes them, with chosen curves, and the facts around them.

An iteration a minute, 2048 steps each, episodes of 100 steps: a block of 100 episodes
is about five iterations, two hours are 120.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from core.clock import Clock
from core.diagnosis import Finding, diagnose
from core.facts import Facts, RunFacts
from core.playbook import DEFAULT, load_playbook
from core.telemetry import RunReader
from core.vocabulary import TrainingStatus
from tests.event_files import Point, write_events

if TYPE_CHECKING:
    from pathlib import Path

START = 1_700_000_000.0
STEPS = 2048
MINUTE, HOUR = 60.0, 3600.0
PLAYBOOK = load_playbook(DEFAULT)

Curve = Callable[[int], float]


def at(seconds: float) -> datetime:
    """A real moment that long after the start."""
    return datetime.fromtimestamp(START + seconds, UTC)


def curve(values: Curve, count: int, first: int = 1, gap: float = MINUTE) -> list[Point]:
    """One point an iteration, from the iteration ``first`` on."""
    return [
        (STEPS * (first + i), START + gap * (first + i), float(values(first + i)))
        for i in range(count)
    ]


def noise(size: float, seed: int = 0) -> Curve:
    """The same random number for the same iteration, always."""
    values = np.random.default_rng(seed).normal(0.0, size, 5000)
    return lambda i: values[i]


def ppo(count: int, gap: float = MINUTE, **changed: Curve | None) -> dict[str, list[Point]]:
    """A healthy run of ``count`` iterations: reward rises and levels, KL around 0.01.

    :param changed: another curve for a tag, with ``__`` for ``/``; None leaves it out.
    """
    wobble = noise(0.3, 1)
    curves: dict[str, Curve | None] = {
        "time/fps": lambda i: 34,
        "rollout/ep_rew_mean": lambda i: 50 * (1 - np.exp(-i / 60)) + wobble(i),
        "rollout/ep_len_mean": lambda i: 100.0,
        "train/approx_kl": lambda i: 0.01 * np.exp(0.3 * wobble(i + 1000)),
        "train/entropy_loss": lambda i: -1.0 - np.exp(-i / 300),
        "train/explained_variance": lambda i: 0.6,
        "train/learning_rate": lambda i: 3e-4,
        "train/value_loss": lambda i: 1.0 + wobble(i),
    }
    curves |= {name.replace("__", "/"): values for name, values in changed.items()}
    series = {}
    for tag, values in curves.items():
        if values is not None:
            first = 2 if tag.startswith("train/") else 1
            series[tag] = curve(values, count - first + 1, first, gap)
    return series


def open_reader(folder: Path) -> RunReader:
    reader = RunReader(folder)
    reader.refresh()
    return reader


def facts(reader: RunReader | None, now: float, clock: Clock | None = None, **run: Any) -> Facts:
    """What is known ``now`` seconds after the start. :param run: fields of RunFacts."""
    clock = clock or Clock()
    known = RunFacts(
        name="run",
        status=TrainingStatus.RUNNING,
        reason="",
        started=at(0),
        ended=None,
        total_steps=100_000_000,
        reader=reader,
        until=at(now),
        source="logs/ppo_training/tensorboard/run",
    )
    return Facts(
        as_of=clock.to_week(at(now)),
        as_of_real=at(now),
        launch=clock.to_week(at(0)),
        clock=clock,
        run=replace(known, **run),
    )


def findings(given: Facts) -> dict[str, Finding]:
    return {finding.scenario: finding for finding in diagnose(given, PLAYBOOK)}


def diagnosed(
    folder: Path, series: Mapping[str, Sequence[Point]], now: float, **run: Any
) -> dict[str, Finding]:
    """Write a run and diagnose it."""
    write_events(folder, series)
    return findings(facts(open_reader(folder), now, **run))


wobble = noise(0.5, 9)


def stuck(i: int) -> float:
    """A reward that never improves."""
    return 5.0 + wobble(i)


def regressed(i: int) -> float:
    """A reward that rose and fell back."""
    return (50.0 * min(1.0, i / 300) if i < 500 else 10.0) + wobble(i)
