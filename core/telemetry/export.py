"""Hyperparameters, texts and whole runs, through tbparse.

tbparse loads a run through TensorBoard's own reader: complete but slow (13 s per million
scalars), so it is used for exports and never by a page that refreshes.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.errors import InputError, TelemetryError
from core.language import Message
from core.telemetry.inspect import missing_path, open_run
from core.telemetry.runs import runs_in

if TYPE_CHECKING:
    from tbparse import SummaryReader


def hyperparameters(path: str | Path) -> dict[str, Any]:
    """Hyperparameters that the trainer wrote (SB3's ``HParam``); empty if it wrote none.

    :raises TelemetryError: the path does not exist, or TensorBoard can't read it.
    """
    frame = _parse(path, {"hparams"}).hparams
    if frame.empty:
        return {}
    return {
        str(tag): None if isinstance(value, float) and not math.isfinite(value) else value
        for tag, value in zip(frame["tag"], frame["value"], strict=True)
    }


def texts(path: str | Path) -> pd.DataFrame:
    """Text summaries: ``tag, step, text``. Show them escaped: they are untrusted.

    :raises TelemetryError: the path does not exist, or TensorBoard can't read it.
    """
    frame: pd.DataFrame = _parse(path, {"text"}).text
    if frame.empty:
        return pd.DataFrame({"tag": [], "step": [], "text": []})
    named: pd.DataFrame = frame.rename(columns={"value": "text"})
    return named[["tag", "step", "text"]]


def export_run(path: str | Path, target: str | Path) -> Path:
    """All raw scalars as ``tag, step, wall_time, value``: CSV or Parquet, by the suffix.

    Of a folder of several runs, ``run`` comes first: the run's name.

    :raises InputError: another suffix, or Parquet without a library that writes it.
    :raises TelemetryError: the path does not exist.
    """
    target = Path(target)
    if target.suffix not in (".csv", ".parquet"):
        raise InputError(
            Message("{file} is not a CSV or Parquet file.", file=target.name),
            Message("Use the suffix .csv or .parquet."),
        )
    frame = _frame(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".csv":
        frame.to_csv(target, index=False)
        return target
    try:
        frame.to_parquet(target, index=False)
    except ImportError as error:
        raise InputError(
            Message("No library that writes Parquet is installed."),
            Message("Install pyarrow, or export to .csv."),
        ) from error
    return target


def _frame(path: str | Path) -> pd.DataFrame:
    runs = runs_in(open_run(path).events())
    if len(runs) == 1:
        return runs[0].events.frame(stitched=False)
    frames = [run.events.frame(stitched=False) for run in runs]
    for run, frame in zip(runs, frames, strict=True):
        frame.insert(0, "run", run.name)
    return pd.concat(frames, ignore_index=True)


def scalars(path: str | Path) -> pd.DataFrame:
    """All scalars as TensorBoard itself reads them, to compare with our reader.

    :raises TelemetryError: the path does not exist, or TensorBoard can't read it.
    """
    run = _parse(path, {"scalars", "tensors"}, wall_time=True)
    columns = ["tag", "step", "wall_time", "value"]
    frames = [run.scalars]
    if not run.tensors.empty:
        tensors = run.tensors
        tensors = tensors[[np.ndim(value) == 0 for value in tensors["value"]]]
        frames.append(tensors.assign(value=tensors["value"].astype(float)))
    frames = [frame[columns] for frame in frames if not frame.empty]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _parse(path: str | Path, kinds: set[str], *, wall_time: bool = False) -> SummaryReader:
    if not Path(path).exists():
        raise missing_path(path)
    from tbparse import SummaryReader

    try:
        columns = {"wall_time"} if wall_time else set()
        return SummaryReader(str(path), event_types=kinds, extra_columns=columns)
    except (ValueError, OSError) as error:
        raise TelemetryError(
            Message("TensorBoard can't read {path}: {error}.", path=str(path), error=str(error)),
            Message("Inspect it: trainweek inspect {path}", path=str(path)),
        ) from error
