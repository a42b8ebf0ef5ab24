"""Checkpoints and best model, verified by the hashes in their manifests. Nothing is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InputError, IntegrityError
from core.language import Message, plural
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.models.best_model import read_best_model
from runner.models.checkpoints import list_checkpoints
from runner.models.folder_swap import RESTORE_AGAIN, unfinished_exchange
from runner.models.model_in_use import Choice, choice_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings


def checkpoints(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Every checkpoint against its manifest: WARN for a corrupt one, FAIL if none is intact."""
    found = [each for place in home.places() for each in list_checkpoints(place.checkpoints)]
    intact = [each for each in found if each.verified]
    for each in found:
        if each.verified:
            continue
        what = _problem(home.relative(each.folder), each.problem)
        if intact:
            remedy = plural(
                "It is never loaded, and {n} other is intact. Check the disk, then remove it.",
                "It is never loaded, and {n} others are intact. Check the disk, then remove it.",
                len(intact),
            )
            yield warned("checkpoints", what, remedy)
        else:
            remedy = Message(
                "No checkpoint can be resumed: restore a backup (trainweek backup restore), or"
                " start over with --new."
            )
            yield failed("checkpoints", what, remedy)
    if found and len(intact) == len(found):
        steps = ", ".join(str(each.step) for each in reversed(found))
        yield passed(
            "checkpoints",
            plural(
                "{n} verified: step {steps}.",
                "{n} verified: steps {steps}.",
                len(found),
                steps=steps,
            ),
        )
    elif not found:
        yield passed("checkpoints", Message("None yet."))


def best_model(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """The best model against its manifest."""
    found = [place for place in home.places() if place.best_model.exists()]
    if not found:
        yield passed("best model", Message("None yet."))
    for place in found:
        yield from _best_model(place)


def _best_model(home: Home) -> Iterator[CheckResult]:
    zip_path = home.best_model
    remedy = Message("Restore a backup (trainweek backup restore), or train again.")
    try:
        manifest = read_best_model(zip_path)[1]
        sha256 = str(manifest["sha256"])
    except IntegrityError as error:
        yield failed("best model", _problem(home.relative(zip_path), error.what), remedy)
    except InputError as error:  # no manifest: a custom trainer writes none
        yield warned("best model", _problem(home.relative(zip_path), error.what), remedy)
    else:
        yield passed(
            "best model",
            Message(
                "{file}, verified ({sha256}), of run {run}, {how}.",
                file=home.relative(zip_path),
                sha256=sha256[:12],
                run=str(manifest.get("run")),
                how=_how(choice_of(home, sha256)),
            ),
        )


def _how(choice: Choice | None) -> Message:
    if choice is None:
        return Message("put there by an earlier version or by hand")
    if choice.how == "completed":
        return Message("which completed {at:%Y-%m-%d %H:%M} UTC", at=choice.at)
    return Message(
        "chosen by {by} {at:%Y-%m-%d %H:%M} UTC: {reason}",
        by=choice.by,
        at=choice.at,
        reason=choice.reason or "",
    )


def exchange(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether a restore was interrupted between old and new model folder."""
    if problem := unfinished_exchange(home):
        yield failed("model", problem, RESTORE_AGAIN)
    else:
        yield passed("model", Message("No interrupted restore."))


def _problem(file: str, problem: str | None) -> Message:
    return Message("{file}: {problem}", file=file, problem=problem)
