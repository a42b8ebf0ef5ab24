"""The files that a signature depends on: at their paths, or the copies kept at signing.

The playbook's paths belong to the newest revalidation and the newest week. While that is
the signed one, the files there must be those that were signed. After a later revalidation
or a later week has taken over the paths (it may fetch data, import, restore and train),
the signed decision depends on the copies alone: it is valid as long as they verify, regardless
of the files at the paths. A deployment takes the copy; :func:`in_place` tells which file is at
the model's path now.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.decision.kept_hashes import kept_sha256
from core.errors import IntegrityError, MarketDataError, SetupError
from core.files import write_json
from core.job_params import BackupParams, stored_params
from core.language import Message
from core.ledger_bodies import (
    DecisionMade,
    JobRequested,
    WeekBegun,
    WeekCreated,
    WeekMended,
    WeekUsed,
)
from core.model_manifest import manifest_of, manifest_path
from core.vocabulary import JobKind
from runner.client.models import is_restore
from runner.models.model_in_use import choice_of

_CHECK_AND_SIGN = Message("Check it, then sign again.")
_WRITING = frozenset({JobKind.TRAIN, JobKind.REVALIDATE, JobKind.IMPORT_MODEL})  # to the places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from core.decision.binding import Present
    from core.decision.validity import Validity
    from core.ledger_bodies import AnyBody
    from core.paths import Home
    from core.week import Week
    from runner.records import DecisionLine, DecisionRecords


def present_of(
    home: Home, week: Week, bound: Mapping[str, Any], sha256: str, later: bool
) -> Present:
    """The files that a signature of this decision is compared with now.

    The playbook's paths, or the kept copies if later work took over the paths.
    """
    from core.decision.binding import Present

    origin = week.playbook_file
    return Present(
        *evidence_paths(home, bound, later),
        playbook_text=week.playbook_text,
        # A later week has its own playbook; this one is then judged by its text alone.
        playbook_file=home.resolve(origin) if origin and not later else None,
        archive=home.revalidation_archive / sha256,
    )


def evidence_paths(home: Home, bound: Mapping[str, Any], later: bool) -> tuple[Path, Path]:
    """Model and data of a signature: at their paths, or the kept copies."""
    model, data = bound["model"], bound["data"]
    if not later:
        return home.resolve(model["path"]), home.resolve(data["path"])
    kept = home.signed_data(data["sha256"]) if data["sha256"] else home.resolve(data["path"])
    return home.signed_model(model["sha256"]), kept


def superseded(records: DecisionRecords, sha256: str) -> bool:
    """Whether a later saved revalidation, or a later week, took over the paths.

    A week does so when it is created, selected or used after the decision. One that existed
    before has taken over nothing, even if it launches later; nor does a job of it that only
    reads, such as the replay of what it had decided.
    """
    return taken_over(records.lines, records.week.launch, sha256, records.week.place)


def taken_over(
    lines: Iterable[DecisionLine], launch: datetime, sha256: str, place: str | None = None
) -> bool:
    """:func:`superseded`, from the ledger's lines alone.

    A week whose runs are in another place takes over nothing.

    :param lines: in their order.
    :param launch: of the decision's week; ``place``: of its runs.
    """
    saved = False
    places: dict[str | None, str | None] = {}
    launches: dict[str | None, datetime] = {}
    for week_id, body in lines:
        if isinstance(body, WeekMended) or (isinstance(body, WeekCreated) and not body.watched):
            launches[week_id] = body.launch
        if isinstance(body, WeekCreated):
            places[week_id] = body.place
        if places.get(week_id) != place:
            continue
        if isinstance(body, DecisionMade) and body.report:
            if saved and body.sha256 != sha256:
                return True
            saved = saved or body.sha256 == sha256
        elif saved and _takes_over(body) and launches.get(week_id, launch) > launch:
            return True
    return False


def _takes_over(body: AnyBody) -> bool:
    """Whether a line makes its week the one whose files are in the places."""
    if isinstance(body, JobRequested):
        return body.job_kind in _WRITING or (
            body.job_kind is JobKind.BACKUP and is_restore(stored_params(BackupParams, body.params))
        )
    return isinstance(body, WeekUsed | WeekBegun) or (isinstance(body, WeekCreated) and body.active)


def in_place(home: Home, bound: Mapping[str, Any]) -> dict[str, Any]:
    """What is at the path of the signed model now, as plain JSON."""
    from core.decision.kept_hashes import kept_sha256

    model = bound["model"]
    path = home.resolve(model["path"])
    found = kept_sha256(path) if path.is_file() else None
    note = "the signed model" if found == model["sha256"] else "another model"
    return {"path": model["path"], "sha256": found, "note": note if found else "nothing"}


def keep_evidence(home: Home, bound: Mapping[str, Any]) -> None:
    """Copy the signed model and candles, named by their hashes; complete or absent.

    :raises IntegrityError: they changed during the copy.
    :raises SetupError: the copies can't be written.
    """
    model, data = bound["model"], bound["data"]
    try:
        source = home.resolve(model["path"])
        kept = home.signed_model(model["sha256"])
        _keep(source, kept, model["sha256"])
        _keep_manifest(source, kept, model)
        if data["sha256"]:
            source = home.resolve(data["path"])
            _keep(source, home.signed_data(data["sha256"]), data["sha256"])
    except OSError as error:
        raise SetupError(
            Message(
                "NOT signed: the evidence can't be copied ({file}: {error}).",
                file=str(error.filename),
                error=error.strerror,
            ),
            Message("Free disk space or fix the folder's permissions, then sign again."),
        ) from error


def _keep(source: Path, target: Path, sha256: str) -> None:
    """An existing copy is verified; a damaged one is replaced."""
    from core.market.candle_files import listed_candle_files

    if target.exists() and _sha256(target) == sha256:
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if target.suffix == ".zip":
            shutil.copy2(source, part)
        else:
            part.mkdir()
            for file in listed_candle_files(source) if source.is_dir() else [source]:
                shutil.copy2(file, part / file.name)
        if _sha256(part) != sha256:
            raise IntegrityError(
                Message("{path} changed during the signing.", path=str(source)), _CHECK_AND_SIGN
            )
        if target.is_dir():  # a folder can't be replaced by a rename
            shutil.rmtree(target)
        part.replace(target)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


def _keep_manifest(source: Path, kept: Path, model: Mapping[str, Any]) -> None:
    """The manifest holds normaliser and settings: a model is unusable without it."""
    signed = model.get("manifest_sha256")
    if _manifest_sha256(kept, model) == signed and signed:
        return
    manifest = manifest_of(source, model["sha256"])
    if manifest is not None:
        write_json(manifest_path(kept), manifest)
    if signed and _manifest_sha256(kept, model) != signed:
        raise IntegrityError(
            Message("The manifest of {path} changed during the signing.", path=str(source)),
            _CHECK_AND_SIGN,
        )


def _manifest_sha256(zip_path: Path, model: Mapping[str, Any]) -> str | None:
    manifest = manifest_of(zip_path, model["sha256"])
    return None if manifest is None else canonical_sha256(manifest)


def _sha256(part: Path) -> str | None:
    """The hash of model or candles; None if the folder has no candles."""
    from core.files import file_sha256
    from core.market.candle_files import candles_sha256

    try:
        return candles_sha256(part) if part.is_dir() else file_sha256(part)
    except MarketDataError:
        return None


def with_choice(home: Home, validity: Validity) -> Validity:
    """A validity that says whose model replaced the signed one, where that is recorded.

    A model that a person chose, or a run that completed, is no damage that must be restored.
    """
    if all(each.part != "model" for each in validity.differences) or not home.best_model.is_file():
        return validity
    choice = choice_of(home, kept_sha256(home.best_model))
    if choice is None:
        return validity
    what = (
        Message(
            "{by} chose the model of run {run}, which was not signed.", by=choice.by, run=choice.run
        )
        if choice.how == "chosen"
        else Message("Run {run} has completed since, and its model was not signed.", run=choice.run)
    )
    remedy = Message(
        "Revalidate it, and sign that decision. To keep the signed model, choose its run again "
        "(page Runs)."
    )
    return replace(
        validity,
        differences=tuple(
            replace(each, what=what, remedy=remedy) if each.part == "model" else each
            for each in validity.differences
            if each.part != "manifest"  # of the same other model
        ),
    )
