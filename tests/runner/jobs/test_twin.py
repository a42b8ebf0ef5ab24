"""A real twin run: its arms share seed and checkpoint, it can be resumed, and bad input is refused."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import InputError, MarketDataError
from core.ledger_bodies import TwinJudged
from core.twin.arms import Arm
from runner.agent.session import Session
from runner.jobs.attempt import COMPLETE, STOPPED, StopFlag, read_spec
from runner.jobs.twin import MOST_BEGINNINGS, twin
from runner.models.checkpoints import MANIFEST, folders
from tests.expected import present
from tests.runner.jobs.training_home import make_home, result, run, write_spec

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home

pytestmark = pytest.mark.slow  # each trains a few thousand steps

STEPS = 4_000  # one rollout


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a run that has saved a checkpoint."""
    home = make_home(tmp_path_factory.mktemp("trained"))
    assert run("train_ppo", write_spec(home, "train", steps=STEPS, seed=7)).returncode == 0
    return home


@pytest.fixture
def home(trained: Home, tmp_path: Path) -> Home:
    shutil.copytree(trained.root, tmp_path / "home")
    return type(trained)(tmp_path / "home")


def spec_of(home: Home, attempt: int = 1, **params: Any) -> Path:
    spec = write_spec(home, "twin", attempt=attempt)
    given = json.loads(spec.read_text())
    asked = {"run": "run-a", "learning_rate": 1e-4, "steps": 2 * STEPS, "pairs": 1} | params
    spec.write_text(json.dumps(given | {"params": asked}))
    return spec


def outcome(spec: Path, *, stopped: bool = False) -> int:
    stop = StopFlag()
    stop.requested = stopped
    return twin(read_spec(spec), stop)


def arm(spec: Path, seed: int, name: str) -> Arm:
    return Arm.model_validate(json.loads((spec.parent / f"arm-{seed}-{name}.json").read_text()))


def files(home: Home) -> dict[str, bytes]:
    """All that belongs to the run."""
    of_run = [*(home.root / "models").rglob("*"), *(home.root / "logs/ppo_training").rglob("*")]
    return {str(path): path.read_bytes() for path in of_run if path.is_file()}


def test_arms_begin_alike_and_leave_the_run_alone(home: Home) -> None:
    before = files(home)
    spec = spec_of(home, pairs=2)
    assert outcome(spec) == COMPLETE
    assert files(home) == before
    line = present(TwinJudged.of_result("twin-a", result(spec)))
    found = line.result
    assert (found["step"], found["change"], found["steps"]) == (
        4_000,
        {"learning_rate": 1e-4},
        8_000,
    )
    assert found["present"] == {"learning_rate": 3e-4}
    assert found["comparison"]["pairs"] == 2
    for seed in (8, 9):
        without, changed = arm(spec, seed, "without"), arm(spec, seed, "with")
        # Before the first update nothing differs but what is common; after it the change acts.
        assert without.points[0].reward == changed.points[0].reward
        assert without.points[1].approx_kl != changed.points[1].approx_kl
        assert without.points[0].step == 8_000
    assert arm(spec, 8, "with").points[0].reward != arm(spec, 9, "with").points[0].reward


def test_a_later_attempt_keeps_the_arms_that_ended(home: Home) -> None:
    first = spec_of(home)
    assert outcome(first, stopped=True) == STOPPED
    assert result(first)["complete"] is False
    assert not list(first.parent.glob("*.begun"))  # a stop is no crash
    kept = arm_of(seed=8, reward=123.0)
    (first.parent / "arm-8-without.json").write_text(json.dumps(kept))
    shutil.rmtree(home.checkpoints)  # the run has saved others meanwhile
    second = spec_of(home, attempt=2)
    assert outcome(second) == COMPLETE
    assert arm(second, 8, "without").mean("reward") == 123.0
    assert result(second)["twin"]["comparison"]["pairs"] == 1


def test_an_arm_that_never_ends_is_counted_as_failed(home: Home) -> None:
    for attempt in range(1, MOST_BEGINNINGS + 1):
        folder = spec_of(home, attempt=attempt).parent
        (folder / "arm-8-with.json.begun").write_text("{}")
    spec = spec_of(home, attempt=MOST_BEGINNINGS + 1)
    assert outcome(spec) == COMPLETE
    found = result(spec)["twin"]
    assert found["comparison"]["failed_with"] == 1
    assert found["comparison"]["verdict"] == "CANNOT_TELL"
    assert found["failures"][0]["why"] == "It began 3 times and did not end."


def test_a_crashed_arm_is_shown_and_the_others_go_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Session.learn

    def crash(self: Session, *given: Any) -> bool:
        if self.settings.learning_rate == 1e-4:
            raise RuntimeError("no memory")
        return learn(self, *given)

    monkeypatch.setattr(Session, "learn", crash)
    spec = spec_of(home)
    assert outcome(spec) == COMPLETE
    found = result(spec)["twin"]
    assert found["failures"][0]["why"] == "RuntimeError: no memory"
    assert (found["comparison"]["failed_with"], found["comparison"]["failed_without"]) == (1, 0)


def test_a_checkpoint_without_its_manifest_is_refused(home: Home) -> None:
    for folder in folders(home.checkpoints):
        (folder / MANIFEST).unlink()
    with pytest.raises(InputError, match=r"run-a has no intact checkpoint: .*manifest\.json can't"):
        outcome(spec_of(home))


def test_a_checkpoint_of_other_data_is_refused(home: Home) -> None:
    candles = next(home.train_data.glob("*.csv"))
    lines = candles.read_text().splitlines(keepends=True)
    candles.write_text("".join(lines[:-1]))
    with pytest.raises(MarketDataError, match="was trained on data with SHA-256"):
        outcome(spec_of(home))


def test_a_change_that_changes_nothing_is_refused(home: Home) -> None:
    with pytest.raises(InputError, match="has these settings already"):
        outcome(spec_of(home, learning_rate=3e-4))


def arm_of(seed: int, reward: float) -> dict[str, Any]:
    points = [{"step": 8_000, "reward": reward}, {"step": 12_000, "reward": reward}]
    return {"seed": seed, "changed": False, "points": points}
