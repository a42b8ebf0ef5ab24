"""``models/ppo_phase4/best_model.zip``: which run's model the manual's commands take.

Each run keeps its own models in ``runs/<run>/``. The model in use is a copy of one of them: of
the run that succeeded last, or of the one that the lead chose. A small file beside it says who
put it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock
from pydantic import ValidationError

from core.errors import InputError, IntegrityError
from core.files import file_sha256, sync_folder, write_json
from core.json_model import JsonModel, Moment
from core.language import Message
from core.model_manifest import manifest_of
from runner.failpoints import fail_here
from runner.files import read_json
from runner.models.best_model import read_best_model
from runner.models.model_files import keep_broken, keep_earlier, write_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home


class Choice(JsonModel):
    """Who made a model the one in use."""

    sha256: str
    run: str
    how: Literal["completed", "chosen"]  # its run succeeded; or a person chose it
    by: str
    at: Moment
    reason: str | None = None


@dataclass(frozen=True)
class RunModel:
    """The best model of one run, verified."""

    run: str
    sha256: str
    manifest: Mapping[str, Any]

    @property
    def step(self) -> int | None:
        """The training step at which it was saved."""
        step = self.manifest.get("step")
        return step if isinstance(step, int) else None

    @property
    def validation_sharpe(self) -> float | None:
        """The Sharpe ratio of its validation; None: not recorded."""
        validation = self.manifest.get("validation")
        found = validation.get("sharpe") if isinstance(validation, dict) else None
        return float(found) if isinstance(found, int | float) else None


def model_of_run(home: Home, run: str) -> RunModel:
    """A run's own best model.

    :raises InputError: it has none.
    :raises IntegrityError: the file is not the one that its manifest describes.
    """
    return _read(home, run)[1]


def put_in_use(
    home: Home,
    run: str,
    *,
    how: Literal["completed", "chosen"],
    by: str,
    at: datetime,
    reason: str | None = None,
) -> RunModel:
    """Copy a run's best model to ``best_model.zip``; the replaced one is kept.

    :raises InputError: the run has no model.
    :raises IntegrityError: its model is corrupt; the model in use is unchanged.
    :raises SetupError: no disk space or no permission; the model in use is unchanged.
    """
    home.model.mkdir(parents=True, exist_ok=True)
    with FileLock(home.model / ".best_model.lock"):
        content, found = _read(home, run)
        _keep_replaced(home)
        choice = Choice(sha256=found.sha256, run=run, how=how, by=by, at=at, reason=reason)
        announced = _announced(home)
        write_json(announced, choice.as_dict())
        write_model(home.best_model, content, found.manifest)
        fail_here("best_model_chosen")
        announced.replace(home.best_model_choice)
        sync_folder(home.model)
    return found


def validation_of(home: Home, manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A model's validation with all that its run has made since the model was put in use.

    The run's own manifest counts on while the run continues; the copy in use does not.
    """
    try:
        own = None if manifest.get("origin") == "imported" else _path(home, str(manifest["run"]))
    except InputError:  # a name that no run of this home can have
        own = None
    found = None if own is None else manifest_of(own, str(manifest["sha256"]))
    validation = (manifest if found is None else found).get("validation")
    return validation if isinstance(validation, dict) else None


def choice_of(home: Home, sha256: str | None) -> Choice | None:
    """Who put the model with this hash in use; None: not recorded (a model from before).

    The choice is written before the model. After a kill in between the model's hash tells which
    of the two choices holds.
    """
    for path in (home.best_model_choice, _announced(home)):
        try:
            choice = Choice.model_validate(read_json(path))
        except ValidationError:
            continue
        if choice.sha256 == sha256:
            return choice
    return None


def _announced(home: Home) -> Path:
    """Path of the new choice while the model is being replaced."""
    return home.best_model_choice.with_name(f".{home.best_model_choice.stem}.next.json")


def adopt_earlier(home: Home, run: str) -> None:
    """Copy the model in use into the folder of its run, which an earlier version did not write.

    Only if the run has no model there, so that a resumed run keeps its best model so far.
    """
    own = home.run_model(run)
    if own.exists():
        return
    try:
        content, manifest = read_best_model(home.best_model)
    except (InputError, IntegrityError):
        return
    if manifest.get("run") == run and manifest.get("origin") != "imported":
        write_model(own, content, manifest)


def _read(home: Home, run: str) -> tuple[bytes, RunModel]:
    path = _path(home, run)
    if path is None:
        raise InputError(
            Message("Run {run} has no best model.", run=run),
            Message("Its first validation writes one. List the runs: trainweek model list"),
        )
    content, manifest = read_best_model(path)
    return content, RunModel(run, str(manifest["sha256"]), manifest)


def _path(home: Home, run: str) -> Path | None:
    """The run's model; earlier versions moved it to ``earlier/<run>/`` when another run began."""
    own = home.run_model(run)
    moved = home.earlier_models / own.parent.name / own.name
    return next((path for path in (own, moved) if path.exists()), None)


def _keep_replaced(home: Home) -> None:
    """Copy the model in use, unless the folder of its run has it as well.

    A zip that can't be verified is kept too: it may be another trainer's, without a manifest.
    """
    try:
        manifest = read_best_model(home.best_model)[1]
    except (InputError, IntegrityError):
        if home.best_model.is_file():
            keep_broken(home.best_model, home.earlier_models)
        return
    if not _is_kept_by_its_run(home, manifest):
        keep_earlier(home.best_model, home.earlier_models)


def _is_kept_by_its_run(home: Home, manifest: Mapping[str, Any]) -> bool:
    try:
        own = home.run_model(str(manifest.get("run")))
    except InputError:
        return False
    return own.exists() and file_sha256(own) == manifest["sha256"]
