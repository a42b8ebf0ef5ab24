"""Where the runs of a week write: the manual's paths, or the same below a symbol's folder.

The first symbol of a data directory has the manual's paths (``logs/ppo_training``); a week of another
symbol keeps its runs in a place of its own (``logs/BTCUSDT/ppo_training``, ``models/BTCUSDT/ppo_phase4``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.path_names import safe_name
from core.timestamps import portuguese_day

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

TRAINING = "ppo_training"  # folder of logs and event files
MODEL = "ppo_phase4"  # folder of the model, as the manual names it


@dataclass(frozen=True)
class RunPaths:
    """The paths that belong to the runs of one week.

    :ivar place: folder below ``logs``, ``models`` and ``reports``; None: the manual's paths.
    """

    root: Path
    place: str | None = None

    def own(self, path: str) -> str:
        """A path of the playbook: what lies in the manual's model folder lies in that of this place."""
        usual = PurePosixPath("models") / MODEL
        given = PurePosixPath(path)
        if self.place is None or not given.is_relative_to(usual):
            return path
        return str(PurePosixPath("models") / self.place / MODEL / given.relative_to(usual))

    def _below(self, name: str) -> Path:
        folder = self.root / name
        return folder if self.place is None else folder / safe_name(self.place, "place")

    @property
    def training(self) -> Path:
        """``logs/ppo_training``."""
        return self._below("logs") / TRAINING

    @property
    def training_log(self) -> Path:
        """``training.log`` of the runs."""
        return self.training / "training.log"

    @property
    def crash_backup_log(self) -> Path:
        """The manual's copy of the log after a crash."""
        return self.training / "CRASH_backup.log"

    @property
    def daily_summaries(self) -> Path:
        """Folder of the daily summaries."""
        return self.training / "daily_summaries"

    def daily_summary(self, day: date) -> Path:
        """One day's summary."""
        return self.daily_summaries / f"{day.isoformat()}.json"

    @property
    def tensorboard(self) -> Path:
        """Folder of all event files."""
        return self.training / "tensorboard"

    def run(self, name: str) -> Path:
        """Event files of one run; each attempt has a folder of its own in it."""
        return self.tensorboard / safe_name(name, "run")

    def run_attempt(self, name: str, attempt: int) -> Path:
        """Event files of one attempt."""
        return self.run(name) / f"attempt-{attempt:03d}"

    @property
    def model(self) -> Path:
        """``models/ppo_phase4``."""
        return self._below("models") / MODEL

    @property
    def best_model(self) -> Path:
        """The model that is revalidated by default."""
        return self.model / "best_model.zip"

    @property
    def best_model_choice(self) -> Path:
        """Who put the model of :attr:`best_model` in use."""
        return self.model / "best_model.choice.json"

    def run_model(self, run: str) -> Path:
        """A run's own best model; ``best_model`` is a copy of one of them."""
        return self.run_models / safe_name(run, "run") / self.best_model.name

    @property
    def run_models(self) -> Path:
        """Folder of the runs' own models, one folder per run."""
        return self.model / "runs"

    @property
    def earlier_models(self) -> Path:
        """Models and checkpoints that others took the place of."""
        return self.model / "earlier"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints, one folder per step."""
        return self.model / "checkpoints"

    @property
    def bad_data_backup(self) -> Path:
        """The manual's copy of the model before a data issue is fixed."""
        return self.model / "backup_before_bad_data.zip"

    def backup(self, day: date) -> Path:
        """``models/ppo_phase4_BACKUP_27FEV``: by the day it was made; the manual plans the last."""
        return self._below("models") / f"{MODEL}_BACKUP_{portuguese_day(day)}"

    @property
    def revalidation(self) -> Path:
        """Folder of the latest reports."""
        return self._below("reports") / "revalidation"
