"""Whether the files and folders that a job is asked to read exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InputError
from core.job_params import (
    BackupParams,
    ImportModelParams,
    JobParams,
    PaperParams,
    ReproduceParams,
    RevalidateParams,
)
from core.language import Message
from runner.models.backups import ANOTHER
from runner.models.best_model import with_zip

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home

_A_MODEL = Message("Train one first, or give the path of another.")


def require_files(home: Home, asked: JobParams) -> None:
    """Refuse a job whose files are missing; the job itself verifies their content.

    :raises InputError: names the file or folder.
    """
    if isinstance(asked, ImportModelParams):
        _require_file(home.resolve(asked.file), Message("Give the .zip of the model."))
        if asked.normaliser is not None:
            _require_file(
                home.resolve(asked.normaliser), Message("Give the .json of a normaliser.")
            )
    elif isinstance(asked, RevalidateParams):
        if asked.model_path is not None:
            _require_file(with_zip(home.resolve(asked.model_path)), _A_MODEL)
        if asked.backtest_data_dir is not None:
            _require_folder(
                home.resolve(asked.backtest_data_dir), Message("Give the folder of the candles.")
            )
    elif isinstance(asked, ReproduceParams):
        _require_file(
            home.reproductions(asked.decision) / "recipe.json",
            Message("Use trainweek decision reproduce, or the page Decision."),
        )
    elif isinstance(asked, PaperParams) and asked.data is not None:
        data = home.resolve(asked.data)
        if not data.is_file():
            _require_folder(data, Message("Give the file or the folder of the candles."))
    elif isinstance(asked, BackupParams) and asked.source is not None:
        _require_folder(home.resolve(asked.source), ANOTHER)


def _require_file(path: Path, remedy: Message) -> None:
    if not path.is_file():
        raise InputError(Message("There is no file {path}.", path=str(path)), remedy)


def _require_folder(path: Path, remedy: Message) -> None:
    if not path.is_dir():
        raise InputError(Message("There is no folder {path}.", path=str(path)), remedy)
