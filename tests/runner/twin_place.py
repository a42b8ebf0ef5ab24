"""A week whose run has a checkpoint, and twin runs that are scripted children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.files import file_sha256, write_json
from core.job_params import TwinParams
from core.market import load_candles
from core.vocabulary import JobKind, JobState
from runner.models.checkpoints import MANIFEST, PARTS
from tests.expected import job_of
from tests.runner.jobs.training_home import make_home
from tests.runner.place import ENGINEER, submit_scripted

if TYPE_CHECKING:
    from pathlib import Path

    from runner.records import Job
    from runner.service import Service
    from tests.runner.place import Place

LOWER = TwinParams(learning_rate=1e-4)


def twin_result(run: str, low: float, high: float) -> dict[str, Any]:
    """What a twin run says that ended well, with this interval of the reward."""
    verdict = "BETTER" if low > 0 else "WORSE" if high < 0 else "CANNOT_TELL"
    changed = 10.0 + (low + high) / 2
    effect = {"metric": "reward", "without": 10.0, "changed": changed, "low": low, "high": high}
    return {
        "run": run,
        "step": 4_000,
        "change": {"learning_rate": 1e-4},
        "present": {"learning_rate": 3e-4},
        "steps": 80_000,
        "synthetic": True,
        "failures": [],
        "comparison": {
            "pairs": 5,
            "planned": 5,
            "failed_with": 0,
            "failed_without": 0,
            "effects": [effect | {"noticeable": 0.5}],
            "verdict": verdict,
        },
    }


def script(place: Place, **given: Any) -> None:
    """What the next twin runs do."""
    write_json(place.home.root / "scripts" / f"new-{JobKind.TWIN.value}.json", given)


def save_checkpoint(place: Place, run: str, step: int = 4_000, **config: Any) -> Path:
    """A checkpoint of a run as training leaves it, without a model in it."""
    folder = place.home.checkpoints / str(step)
    folder.mkdir(parents=True)
    for part in PARTS:
        (folder / part).write_bytes(b"{}")
    known = {
        "settings": place.week.playbook.training.model_dump(mode="json"),
        "data": {"sha256": load_candles(place.home.train_data).sha256},
    }
    write_json(folder / "config.json", known | config)
    sums = {part: file_sha256(folder / part) for part in PARTS}
    write_json(folder / MANIFEST, {"run": run, "step": step, "updates": 1, "sha256": sums})
    return folder


def with_run(place: Place, service: Service) -> Job:
    """The week's run, in progress, with candles."""
    make_home(place.home.root)
    job = job_of(submit_scripted(place.lead, JobKind.TRAIN, {"do": "sleep"}))
    return place.until(service, job, JobState.RUNNING)


def begin(place: Place, asked: TwinParams = LOWER) -> Job:
    return job_of(place.client(ENGINEER).start_twin(asked))
