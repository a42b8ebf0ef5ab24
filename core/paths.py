"""One object knows all paths of a home folder. Nothing here creates anything."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import InputError
from core.timestamps import portuguese_day

CHECKOUT = Path(__file__).resolve().parent.parent
_INSTALLED = {"site-packages", "dist-packages"}
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def safe_name(name: str, what: str = "name") -> str:
    """The name itself, if it can be a folder's name everywhere.

    :raises InputError: path separators, control characters, too long, leading dot.
    """
    if not _SAFE_NAME.fullmatch(name):
        raise InputError(
            f"The {what} {name!r} can't be a folder's name.",
            "Use letters, digits, dot, dash and underscore, at most 120.",
        )
    return name


@dataclass(frozen=True)
class Home:
    """The folder in which weeks live: logs, models, reports and data.

    Relative paths of the manual (``models/ppo_phase4/best_model``) are resolved
    against it by :meth:`resolve`.
    """

    root: Path

    @classmethod
    def find(cls, given: str | Path | None = None) -> Home:
        """``given``, else ``TRAINWEEK_HOME``, else the checkout.

        :raises InputError: it would be a folder of installed packages, which the next
            installation replaces.
        """
        chosen = given or os.environ.get("TRAINWEEK_HOME") or CHECKOUT
        root = Path(chosen).expanduser().resolve()
        if _INSTALLED & set(root.parts):
            raise InputError(
                f"{root} holds installed packages and can't be a home folder.",
                "Run trainweek from its checkout, or name a folder: --home DIR or TRAINWEEK_HOME.",
            )
        return cls(root)

    def resolve(self, path: str | Path) -> Path:
        """A path of the manual or the playbook, against this home."""
        path = Path(path).expanduser()
        return path if path.is_absolute() else self.root / path

    def relative(self, path: Path) -> str:
        """How to show a path: relative to the home where it lies inside."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)

    @property
    def settings_file(self) -> Path:
        """Timings and limits of the runner; optional."""
        return self.root / "settings.yaml"

    # logs/
    @property
    def training(self) -> Path:
        return self.root / "logs" / "ppo_training"

    @property
    def training_log(self) -> Path:
        return self.training / "training.log"

    @property
    def crash_backup_log(self) -> Path:
        return self.training / "CRASH_backup.log"

    @property
    def daily_summaries(self) -> Path:
        return self.training / "daily_summaries"

    def daily_summary(self, day: date) -> Path:
        return self.daily_summaries / f"{day.isoformat()}.json"

    @property
    def tensorboard(self) -> Path:
        return self.training / "tensorboard"

    def run(self, name: str) -> Path:
        """Event files of one run; each attempt has a folder of its own in it."""
        return self.tensorboard / safe_name(name, "run")

    def run_attempt(self, name: str, attempt: int) -> Path:
        return self.run(name) / f"attempt-{attempt:03d}"

    @property
    def jobs(self) -> Path:
        return self.root / "logs" / "jobs"

    def job(self, job_id: str) -> Path:
        return self.jobs / safe_name(job_id, "job id")

    def attempt(self, job_id: str, attempt: int) -> Path:
        return self.job(job_id) / f"attempt-{attempt:03d}"

    # logs/state/
    @property
    def state(self) -> Path:
        return self.root / "logs" / "state"

    @property
    def database(self) -> Path:
        return self.state / "trainweek.db"

    @property
    def backups(self) -> Path:
        """Copies of database and ledger, a folder each, named by its UTC moment."""
        return self.state / "backups"

    @property
    def runner_lock(self) -> Path:
        return self.state / "runner.lock"

    @property
    def runner_identity(self) -> Path:
        return self.state / "runner.json"

    @property
    def runner_log(self) -> Path:
        return self.state / "runner.log"

    @property
    def dashboard_log(self) -> Path:
        return self.state / "dashboard.log"

    @property
    def signing_key(self) -> Path:
        """The private key of signatures; its folder and it are the owner's alone."""
        return self.state / "keys" / "signing.pem"

    # models/
    @property
    def model(self) -> Path:
        return self.root / "models" / "ppo_phase4"

    @property
    def best_model(self) -> Path:
        return self.model / "best_model.zip"

    @property
    def checkpoints(self) -> Path:
        return self.model / "checkpoints"

    @property
    def bad_data_backup(self) -> Path:
        return self.model / "backup_before_bad_data.zip"

    def backup(self, last_day: date) -> Path:
        """``models/ppo_phase4_BACKUP_27FEV``: day and Portuguese month of the week's last day."""
        return self.root / "models" / f"ppo_phase4_BACKUP_{portuguese_day(last_day)}"

    def signed_model(self, sha256: str) -> Path:
        """The copy of a model that a signature rests on."""
        return self.root / "models" / "signed" / f"{safe_name(sha256, 'hash')}.zip"

    # data/
    def signed_data(self, sha256: str) -> Path:
        """The copy of the candles that a signature rests on; a folder."""
        return self.root / "data" / "signed" / safe_name(sha256, "hash")

    @property
    def train_data(self) -> Path:
        return self.root / "data" / "train"

    @property
    def backtest_data(self) -> Path:
        return self.root / "data" / "backtest"

    # reports/
    @property
    def revalidation(self) -> Path:
        return self.root / "reports" / "revalidation"

    @property
    def revalidation_archive(self) -> Path:
        return self.revalidation / "archive"

    @property
    def ledger(self) -> Path:
        return self.root / "reports" / "ledger" / "audit.jsonl"


def numbered(path: Path) -> Path:
    """A free name beside ``path`` (``CRASH_backup.2.log``), to keep an earlier file."""
    if not path.exists():
        return path
    number = 2
    while (candidate := path.with_suffix(f".{number}{path.suffix}")).exists():
        number += 1
    return candidate
