"""What is different from an earlier decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Earlier:
    """An earlier decision, by its hash.

    :ivar standing: of its signature when it was compared; None: nobody looked.
    """

    sha256: str
    decision: Mapping[str, Any]
    standing: str | None = None


def change_since(earlier: Earlier | None, now: Mapping[str, Any]) -> dict[str, Any] | None:
    """Delta per gate, and which inputs are the same; None if there is no earlier one.

    :param now: the decision that is being built, its gates and provenance filled in.
    """
    if earlier is None:
        return None
    before = earlier.decision
    then = {gate["id"]: gate for gate in before["gates"]}
    return {
        "sha256": earlier.sha256,
        **({"standing": earlier.standing} if earlier.standing else {}),
        **{name: before[name] for name in ("created_at", "day", "week", "decision", "score")},
        "grade": before["evidence"]["grade"],
        "model_sha256": before["model"]["sha256"],
        "data_sha256": before["data"]["sha256"],
        "same": [
            name for name in ("model", "data", "playbook", "code") if _same(name, before, now)
        ],
        "gates": {
            gate["id"]: _delta(then[gate["id"]], gate)
            for gate in now["gates"]
            if gate["id"] in then
        },
    }


def lapsed_record(earlier: Earlier | None) -> dict[str, Any] | None:
    """The newest approval that stands no longer, in short; None if there is none."""
    if earlier is None:
        return None
    names = ("created_at", "week", "decision", "score")
    said = {name: earlier.decision[name] for name in names}
    return {"sha256": earlier.sha256, **said, "standing": earlier.standing}


def _same(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if name == "code":
        codes = [(d.get("trust") or {}).get("code") or {} for d in (before, now)]
        trees = [code.get("tree_sha256") for code in codes]
        return trees[0] is not None and trees[0] == trees[1]
    return before[name]["sha256"] == now[name]["sha256"]


def _delta(then: Mapping[str, Any], gate: Mapping[str, Any]) -> dict[str, Any]:
    before, now = then["value"], gate["value"]
    return {
        "before": before,
        "now": now,
        "delta": None if before is None or now is None else now - before,
        "passed_before": then["passed"],
    }
