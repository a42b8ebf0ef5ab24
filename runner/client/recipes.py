"""The recipe of a decision of this data directory: its manifest and playbook, found by their hashes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.model_manifest import manifest_of
from core.playbook import default_playbook_text
from runner.store import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.paths import Home


def manifest_for(home: Home, model: Mapping[str, Any]) -> dict[str, Any] | None:
    """The manifest that a decision names: of the model in its place, its run's, or the signed copy.

    :param model: ``path``, ``sha256``, ``manifest_sha256`` and, if known, ``run``.
    """
    sha256, wanted = str(model["sha256"]), model.get("manifest_sha256")
    places = [home.signed_model(sha256), home.resolve(model["path"])]
    for each in home.places():
        places.append(each.best_model)
        if run := model.get("run"):
            places.append(each.run_model(run))
    for place in places:
        found = manifest_of(place, sha256)
        if found is not None and canonical_sha256(found) == wanted:
            return found
    return None


def playbook_for(connection: Connection, week_id: str | None, sha256: str) -> str | None:
    """The text of the playbook with this hash: of the week, now or earlier, or trainweek's own."""
    week = queries.week_by_id(connection, week_id) if week_id else None
    texts = [] if week is None else [week.playbook_text, *(one.text for one in week.earlier)]
    texts.append(default_playbook_text())
    return next(
        (text for text in texts if hashlib.sha256(text.encode()).hexdigest() == sha256), None
    )
