"""The range of observations that a training run saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.errors import IntegrityError
from runner.agent.checkpoint import normaliser_of, restore, save_checkpoint
from runner.agent.features import CLIPPED_POSITION_NAMES, FEATURE_NAMES, OBSERVATION_NAMES
from runner.agent.normaliser import Normaliser
from runner.agent.observed_range import ObservedRange
from runner.agent.session import Hooks, Session
from runner.agent.split import TrainingData
from runner.models.checkpoints import newest_checkpoint
from tests.runner.agent.markets import candles, small_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = small_settings()


def session_of(normaliser: Normaliser | None = None) -> Session:
    data = TrainingData.prepare(candles(2000), SETTINGS, normaliser)
    return Session(data, SETTINGS, SETTINGS.total_steps, 8760)


class Watched:
    """All observations that a session's rollouts held."""

    def __init__(self, session: Session) -> None:
        self.low = np.full(len(OBSERVATION_NAMES), np.inf)
        self.high = -self.low
        self.session = session

    def see(self) -> None:
        rows = self.session.model.rollout_buffer.observations.reshape(-1, len(self.low))
        self.low = np.minimum(self.low, rows.min(axis=0))
        self.high = np.maximum(self.high, rows.max(axis=0))


def test_the_range_is_that_of_all_observations_the_policy_acted_on():
    session = session_of()
    watched = Watched(session)
    assert session.normaliser.seen is None
    session.learn(Hooks(on_rollout=watched.see))
    seen = session.normaliser.seen
    assert seen is not None
    assert seen.names == OBSERVATION_NAMES
    assert np.array_equal(seen.low, watched.low)
    assert np.array_equal(seen.high, watched.high)
    at = OBSERVATION_NAMES.index("trade_age")
    assert seen.low[at] == 0.0
    # Exploring starts: an age beyond any episode of 60 bars.
    assert seen.high[at] > 300 / (300 + 168)


def test_a_resumed_run_widens_the_range_of_its_checkpoint(tmp_path: Path):
    session = session_of()
    session.learn(Hooks(stop_requested=lambda: session.steps >= 2_000))
    save_checkpoint(tmp_path, session.model, "run", session.normaliser, {})
    checkpoint = newest_checkpoint(tmp_path, "run")
    assert checkpoint is not None
    stored = normaliser_of(checkpoint)
    before = session.normaliser.seen
    assert stored.seen is not None
    assert before is not None
    assert stored.seen.as_dict() == before.as_dict()
    resumed = session_of(stored)
    restore(checkpoint, resumed.model)
    resumed.learn(Hooks())
    after = resumed.normaliser.seen
    assert after is not None
    assert (after.low <= before.low).all()
    assert (after.high >= before.high).all()
    assert (after.high > before.high).any()


def test_a_run_begun_without_a_record_keeps_its_observations_and_claims_no_range(tmp_path: Path):
    """An earlier version's checkpoint names no position and no range."""
    session = session_of()
    fitted = session.normaliser.as_dict()
    del fitted["position"]
    earlier = Normaliser.from_dict(fitted)
    assert earlier.position == CLIPPED_POSITION_NAMES
    old = session_of(earlier)
    old.learn(Hooks(stop_requested=lambda: old.steps >= 2_000))
    save_checkpoint(tmp_path, old.model, "run", earlier, {})
    checkpoint = newest_checkpoint(tmp_path, "run")
    assert checkpoint is not None
    assert checkpoint.manifest["observation"] == [*FEATURE_NAMES, *CLIPPED_POSITION_NAMES]
    resumed = session_of(normaliser_of(checkpoint))
    restore(checkpoint, resumed.model)
    resumed.learn(Hooks())
    assert resumed.env.settings.position == CLIPPED_POSITION_NAMES
    # The rest of a run is not its range: more bars would be outside than are.
    assert resumed.normaliser.seen is None


def test_the_range_reads_back_to_the_same_bits():
    rows = np.random.default_rng(1).normal(size=(7, 5, len(OBSERVATION_NAMES)))
    seen = ObservedRange.of(OBSERVATION_NAMES, rows.astype(np.float32))
    again = ObservedRange.read(seen.as_dict(), OBSERVATION_NAMES)
    assert again is not None
    assert np.array_equal(again.low, seen.low)
    assert np.array_equal(again.high, seen.high)
    assert ObservedRange.read(None, OBSERVATION_NAMES) is None


@pytest.mark.parametrize(
    "seen",
    [
        {"position": [0, 1]},
        [1, 2],
        {key: [1.0, 0.0] for key in OBSERVATION_NAMES},
        {key: [0.0] for key in OBSERVATION_NAMES},
        {key: [0.0, float("inf")] for key in OBSERVATION_NAMES},
    ],
)
def test_a_damaged_range_is_refused(seen):
    fitted = Normaliser.fit(FEATURE_NAMES, np.random.default_rng(5).normal(size=(100, 9)))
    with pytest.raises(IntegrityError, match="normaliser"):
        Normaliser.from_dict({**fitted.as_dict(), "seen": seen})


def test_an_unknown_kind_of_position_is_refused():
    fitted = Normaliser.fit(FEATURE_NAMES, np.random.default_rng(5).normal(size=(100, 9)))
    with pytest.raises(IntegrityError, match="unknown numbers of the position: a, b"):
        Normaliser.from_dict({**fitted.as_dict(), "position": ["a", "b"]})
