"""All paths of a data directory, in one object. Nothing here creates files."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError
from core.language import Message
from core.path_names import expanded, resolved, safe_name
from core.run_paths import MODEL, TRAINING, RunPaths

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home(RunPaths):
    """The data directory of the weeks: logs, models, reports and data.

    As it is found it has no place: the paths of runs are those of the manual.
    """

    @classmethod
    def find(cls, given: str | Path | None = None) -> Home:
        """``given``, else ``TRAINWEEK_HOME``, else the checkout.

        :raises InputError: an unknown user's home, links in a circle, or installed packages.
        """
        root = resolved(given or os.environ.get("TRAINWEEK_HOME") or CHECKOUT)
        if {"site-packages", "dist-packages"} & set(root.parts):
            raise InputError(
                Message(
                    "{folder} contains installed packages and can't be the data directory.",
                    folder=str(root),
                ),
                Message(
                    "Run trainweek from its checkout, or set the data directory: "
                    "--home DIR or TRAINWEEK_HOME."
                ),
            )
        return cls(root)

    def of(self, place: str | None) -> Home:
        """The same directory, as a week sees it that keeps its runs in a place of its own."""
        return self if self.place == place else replace(self, place=place)

    def places(self) -> list[Home]:
        """The same directory once for each place of runs, the manual's first."""
        found = (*self.root.glob(f"logs/*/{TRAINING}"), *self.root.glob(f"models/*/{MODEL}"))
        return [self.of(None), *map(self.of, sorted({folder.parent.name for folder in found}))]

    def resolve(self, path: str | Path) -> Path:
        """A path of manual (``models/ppo_phase4/best_model``) or playbook, against this home.

        :raises InputError: the home folder of an unknown user.
        """
        path = expanded(path)
        return path if path.is_absolute() else self.root / path

    def relative(self, path: Path) -> str:
        """A path for people: relative to the home if it is inside."""
        return str(path.relative_to(self.root) if path.is_relative_to(self.root) else path)

    @property
    def access(self) -> Path:
        """People and their roles, for a login; only the owner may read and write it."""
        return self.root / "access.yaml"

    @property
    def login(self) -> Path:
        """The identity provider and its secret; only the owner may read it. Optional."""
        return self.root / "login.toml"

    @property
    def alerts_file(self) -> Path:
        """Where alerts are sent; only the owner may read and write it. Optional."""
        return self.root / "alerts.yaml"

    @property
    def settings_file(self) -> Path:
        """Timings and limits of the runner; optional."""
        return self.root / "settings.yaml"

    # logs/
    @property
    def machine_log(self) -> Path:
        """What the runner observed of itself and of its machine, thinned with age."""
        return self.root / "logs" / "machine.jsonl"

    @property
    def jobs(self) -> Path:
        """Folder of all jobs."""
        return self.root / "logs" / "jobs"

    def job(self, job_id: str) -> Path:
        """Folder of one job."""
        return self.jobs / safe_name(job_id, "job id")

    def attempt(self, job_id: str, attempt: int) -> Path:
        """Folder of one attempt of a job."""
        return self.job(job_id) / f"attempt-{attempt:03d}"

    @property
    def is_used(self) -> bool:
        """Whether trainweek has ever written here: only then is it a data directory."""
        return self.state.is_dir() or self.ledger.exists()

    # logs/state/
    @property
    def state(self) -> Path:
        """``logs/state``: database, runner, keys."""
        return self.root / "logs" / "state"

    @property
    def database(self) -> Path:
        """The database; it can be rebuilt from the ledger."""
        return self.state / "trainweek.db"

    @property
    def backups(self) -> Path:
        """Copies of database and ledger, one folder each, named by its UTC time."""
        return self.state / "backups"

    @property
    def runner_lock(self) -> Path:
        """Lock file of the one runner."""
        return self.state / "runner.lock"

    @property
    def runner_identity(self) -> Path:
        """Pid, boot id and epoch of the runner."""
        return self.state / "runner.json"

    @property
    def runner_log(self) -> Path:
        """The runner's log."""
        return self.state / "runner.log"

    @property
    def dashboard_log(self) -> Path:
        """The dashboard's log."""
        return self.state / "dashboard.log"

    @property
    def sessions(self) -> Path:
        """Who is signed in; no backup holds it, so none brings an ended session back."""
        return self.state / "sessions.db"

    @property
    def tokens(self) -> Path:
        """Personal access tokens, by their hashes; no backup holds it, as with sessions."""
        return self.state / "tokens.db"

    @property
    def alerts(self) -> Path:
        """Which alerts hold, and what waits to be sent; no backup holds it, so none sends it again."""
        return self.state / "alerts.db"

    def channel_lock(self, name: str) -> Path:
        """Lock file of the one process that sends to a channel."""
        return self.state / f"alerts-{safe_name(name, 'channel')}.lock"

    @property
    def signing_key(self) -> Path:
        """The private key of signatures; only its owner may read it."""
        return self.state / "keys" / "signing.pem"

    @property
    def acts_key(self) -> Path:
        """The key that proves acts of signed-in people; only its owner may read it."""
        return self.state / "keys" / "acts.key"

    # models/
    def signed_model(self, sha256: str) -> Path:
        """The copy of a signed model."""
        return self.root / "models" / "signed" / f"{safe_name(sha256, 'hash')}.zip"

    # data/
    def signed_data(self, sha256: str) -> Path:
        """The copy of the candles of a signed decision; a folder."""
        return self.root / "data" / "signed" / safe_name(sha256, "hash")

    @property
    def train_data(self) -> Path:
        """Candles for training, of each symbol that has no folder of its own."""
        return self.root / "data" / "train"

    def train_data_of(self, symbol: str) -> Path:
        """Candles for training a symbol: ``data/train/BTCUSDT`` if it exists, else ``data/train``."""
        own = self.train_data / symbol
        return own if symbol.isalnum() and own.is_dir() else self.train_data

    @property
    def backtest_data(self) -> Path:
        """Candles for the backtest."""
        return self.root / "data" / "backtest"

    @property
    def live_data(self) -> Path:
        """Candles that come after a decision's backtest, of a symbol without a folder of its own."""
        return self.root / "data" / "live"

    # reports/
    @property
    def revalidation_archive(self) -> Path:
        """All revalidations, one folder per hash."""
        return self.root / "reports" / "revalidation" / "archive"

    def reproductions(self, sha256: str) -> Path:
        """Recipe and reports of the reproductions of a decision."""
        return self.root / "reports" / "reproductions" / safe_name(sha256, "hash")

    def paper(self, sha256: str) -> Path:
        """What came true of a signed decision's forecast, replayed on paper."""
        return self.root / "reports" / "paper" / safe_name(sha256, "hash")

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.root / "reports" / "ledger" / "audit.jsonl"
