"""Checkpoints and best model, by the sums in their manifests. Nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.errors import InputError, IntegrityError
from core.paths import Home
from runner.doctor.examined import Examined, failed, passed, warned
from runner.models.best_model import read_best_model
from runner.models.checkpoints import list_checkpoints
from runner.models.folder_swap import RESTORE_AGAIN, unfinished_exchange
from runner.settings import Settings


def checkpoints(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    found = list_checkpoints(home.checkpoints)
    whole = [each for each in found if each.verified]
    for each in found:
        if each.verified:
            continue
        what = f"{home.relative(each.folder)}: {each.problem}"
        if whole:
            remedy = (
                f"It is never loaded, {len(whole)} others are whole; look at the disk, remove it."
            )
            yield warned("checkpoints", what, remedy)
        else:
            remedy = "Nothing can be resumed from it: trainweek backup restore, or start anew with --new."
            yield failed("checkpoints", what, remedy)
    if found and len(whole) == len(found):
        steps = ", ".join(str(each.step) for each in reversed(found))
        yield passed("checkpoints", f"{len(found)} verified: steps {steps}.")
    elif not found:
        yield passed("checkpoints", "None yet.")


def best_model(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    zip_path = home.best_model
    if not zip_path.exists():
        yield passed("best model", "None yet.")
        return
    remedy = "Restore a backup (trainweek backup restore), or train again."
    try:
        sha256 = str(read_best_model(zip_path)[1]["sha256"])
    except IntegrityError as error:
        yield failed("best model", f"{home.relative(zip_path)}: {error.what}", remedy)
    except InputError as error:  # no manifest: a trainer of the users' own writes none
        yield warned("best model", f"{home.relative(zip_path)}: {error.what}", remedy)
    else:
        yield passed("best model", f"{home.relative(zip_path)}, verified ({sha256[:12]}).")


def exchange(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    """Whether a restore was cut off between old and new model folder."""
    if trouble := unfinished_exchange(home):
        yield failed("model", trouble, RESTORE_AGAIN)
    else:
        yield passed("model", "No restore was cut off.")
