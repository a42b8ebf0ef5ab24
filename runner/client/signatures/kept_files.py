"""Where a signature's evidence lies: in its place as long as it is the last word, kept for good.

The paths of the playbook belong to the newest revalidation and to the newest week. While
that is the signed one, what lies there must be what was signed. Once a later revalidation
or a later week took the paths over (it may fetch data, import, restore and train), the
signed decision rests on the copies that were kept when it was signed, and on nothing
else: it stands as long as they verify, whatever lay in the places meanwhile. Whoever
deploys it takes the kept copy; :func:`in_place` says what lies in the model's place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.canonical_json import canonical_sha256
from core.errors import IntegrityError, MarketDataError, SetupError
from core.files import write_json
from core.model_manifest import manifest_of, manifest_path
from core.paths import Home
from core.timestamps import parse_moment
from core.week import Week
from runner.store import schema

if TYPE_CHECKING:
    from core.decision.binding import Present


def present_now(
    connection: Connection, home: Home, week: Week, bound: Mapping[str, Any], sha256: str
) -> Present:
    """What a signature of this decision is to be held against, now."""
    return present_of(home, week, bound, sha256, superseded(connection, week, sha256))


def present_of(
    home: Home, week: Week, bound: Mapping[str, Any], sha256: str, later: bool
) -> Present:
    """The places, or if the paths were taken over the kept copies."""
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
    """Model and data of a signature: in their places, or what was kept of them."""
    model, data = bound["model"], bound["data"]
    if not later:
        return home.resolve(model["path"]), home.resolve(data["path"])
    kept = home.signed_data(data["sha256"]) if data["sha256"] else home.resolve(data["path"])
    return home.signed_model(model["sha256"]), kept


def superseded(connection: Connection, week: Week, sha256: str) -> bool:
    """Whether a later saved revalidation, or a later week, took over the paths.

    A week does so when it is made, chosen or worked in after the decision; one that lay in
    the home before, however late it launches, has taken nothing over.
    """
    table = schema.ledger
    lines = connection.execute(
        select(table.c.kind, table.c.week_id, table.c.body)
        .where(
            table.c.kind.in_(("decision", "week"))
            # What is asked for in its own week takes nothing over; those are the many.
            | ((table.c.kind == "request") & (table.c.week_id != week.id))
        )
        .order_by(table.c.seq)
    )
    return taken_over(((row.kind, row.week_id, row.body) for row in lines), week.launch, sha256)


def taken_over(
    lines: Iterable[tuple[str, str | None, Mapping[str, Any]]], launch: datetime, sha256: str
) -> bool:
    """:func:`superseded`, from the ledger's lines alone.

    :param lines: ``(kind, week id, body)`` in their order.
    :param launch: of the decision's week.
    """
    saved, later = False, set()
    for kind, week_id, body in lines:
        made = kind == "week" and body.get("action") == "create" and not body.get("watched")
        if made and parse_moment(body["launch"]) > launch:
            later.add(week_id)
        if kind == "decision" and body.get("report"):
            if saved and body.get("sha256") != sha256:
                return True
            saved = saved or body.get("sha256") == sha256
        elif saved and kind in ("week", "request") and week_id in later:
            return True
    return False


def in_place(home: Home, bound: Mapping[str, Any]) -> dict[str, Any]:
    """What lies now where the signed model lay; plain JSON."""
    from core.decision.binding import kept_sha256

    model = bound["model"]
    path = home.resolve(model["path"])
    found = kept_sha256(path) if path.is_file() else None
    note = "the signed model" if found == model["sha256"] else "another model, not the signed one"
    return {"path": model["path"], "sha256": found, "note": note if found else "nothing"}


def keep_evidence(home: Home, bound: Mapping[str, Any]) -> None:
    """Copy the signed model and candles aside, named by their hashes, complete or absent.

    :raises IntegrityError: they changed while they were copied.
    :raises SetupError: they can't be written.
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
            f"NOT signed: the evidence can't be kept ({error.filename}: {error.strerror}).",
            "Free disk space or mend the folder's rights, then sign again.",
        ) from error


def _keep(source: Path, target: Path, sha256: str) -> None:
    """A copy that is there already is read again; a damaged one is replaced."""
    if target.exists() and _sha256(target) == sha256:
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if target.suffix == ".zip":
            shutil.copy2(source, part)
        else:
            part.mkdir()
            for file in sorted(source.glob("*.csv")) if source.is_dir() else [source]:
                shutil.copy2(file, part / file.name)
        if _sha256(part) != sha256:
            raise IntegrityError(
                f"{source} changed while it was being signed.", "Look at it, then sign again."
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
    """The normaliser and the settings are in the manifest: a model is of no use without it."""
    signed = model.get("manifest_sha256")
    if _manifest_sha256(kept, model) == signed and signed:
        return
    manifest = manifest_of(source, model["sha256"])
    if manifest is not None:
        write_json(manifest_path(kept), manifest)
    if signed and _manifest_sha256(kept, model) != signed:
        raise IntegrityError(
            f"The manifest of {source} changed while it was being signed.",
            "Look at it, then sign again.",
        )


def _manifest_sha256(zip_path: Path, model: Mapping[str, Any]) -> str | None:
    manifest = manifest_of(zip_path, model["sha256"])
    return None if manifest is None else canonical_sha256(manifest)


def _sha256(part: Path) -> str | None:
    """None where there are no candles at all."""
    from core.files import file_sha256
    from core.market.loading import candles_sha256

    try:
        return candles_sha256(part) if part.is_dir() else file_sha256(part)
    except MarketDataError:
        return None
