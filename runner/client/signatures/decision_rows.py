"""Archived revalidations as rows: JSON with every act, and a flat table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from core.timestamps import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.client.signatures.archived_decisions import ArchivedDecision
    from runner.records import Signature


def decision_row(one: ArchivedDecision) -> dict[str, Any]:
    """An archived revalidation and its signatures as plain JSON."""
    brief, signature = one.brief, one.signature
    last = {} if signature is None else _act(signature)
    return {
        "sha256": one.sha256,
        "created_at": brief and brief.created_at,
        "week": brief and brief.week,
        "run": brief and brief.run,
        "step": brief and brief.step,
        "decision": brief and brief.decision.value,
        "score": brief and brief.score,
        "evidence": brief and brief.grade.value,
        "gates": {
            gate.id: gate.model_dump(include={"value", "threshold", "op", "passed"})
            for gate in (brief.gates if brief else ())
        },
        "model_sha256": brief and brief.model_sha256,
        "data_sha256": brief and brief.data_sha256,
        "playbook": brief and brief.playbook_id,
        "playbook_sha256": brief and brief.playbook_sha256,
        "state": one.validity.state.value,
        "why": one.validity.reason,
        "problem": one.problem,
        **{name: last.get(name) for name in _ACT},
        "acts": [_act(act) for act in one.signatures],
    }


_ACT = ("act", "by", "verified", "second", "second_verified", "reason", "signed_at")


def _act(act: Signature) -> dict[str, Any]:
    values = (
        act.act.value,
        act.by,
        act.verified,
        act.second,
        act.second_verified,
        act.reason,
        iso(act.at),
    )
    return dict(zip(_ACT, values, strict=True))


def as_json(found: Iterable[ArchivedDecision]) -> str:
    """The rows as strict JSON."""
    rows = [decision_row(one) for one in found]
    return json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_csv(found: Iterable[ArchivedDecision]) -> str:
    """One line a revalidation, three columns a gate; ``acts`` tells all acts in a cell."""
    rows = [_flat(decision_row(one)) for one in found]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name == "gates":
            for gate, facts in value.items():
                flat[gate] = facts["value"]
                flat[f"{gate}_limit"] = f"{facts['op']} {facts['threshold']}"
                flat[f"{gate}_passed"] = facts["passed"]
        elif name == "acts":
            flat[name] = "; ".join(_told(act) for act in value)
        else:
            flat[name] = value
    return flat


def _told(act: dict[str, Any]) -> str:
    second = f", second {act['second']}" if act["second"] else ""
    return f"{act['signed_at']} {act['act']} by {act['by']}{second}: {act['reason']}"
