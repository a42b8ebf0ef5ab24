"""Whether the record can be trusted: data, hashes, ranges, look-ahead, repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.timestamps import iso, parse_moment
from core.trading.evidence import Integrity


@dataclass(frozen=True)
class Checks:
    """What the program checked while it ran; None: it was not checked.

    :ivar code: ``version commit modified tree_sha256``.
    :ivar lookahead: by test, ``passed checked detail``; ``passed`` is None where a test could
        not be made.
    :ivar rerun: command that makes this revalidation again.
    """

    code: Mapping[str, Any] | None = None
    lookahead: Mapping[str, Mapping[str, Any]] | None = None
    reproducible: bool | None = None
    rerun: str | None = None
    longest_gap_bars: int = 0


def trust_section(
    checks: Checks,
    data: Mapping[str, Any],
    data_warnings: Sequence[str],
    model: Mapping[str, Any],
    playbook_sha256: str,
    times: pd.Series,
) -> dict[str, Any]:
    """The section ``trust`` of decision.json.

    :param times: of the equity; the first is the close on which the first decision was made.
    """
    moments = pd.to_datetime(times, utc=True)
    first, last = (iso(moments.iloc[i].to_pydatetime()) for i in (0, -1))
    trained = model.get("train_range")
    known = bool(trained) and None not in trained
    between = None
    if known:
        between = (parse_moment(first) - parse_moment(trained[1])).total_seconds() / 3600.0
    return {
        "data_quality": {
            "rows": data["rows"],
            "gaps": data["gaps"],
            "filled": data["filled"],
            "filled_pct": 100.0 * data["filled"] / max(data["rows"], 1),
            "longest_gap_bars": checks.longest_gap_bars,
            "warnings": list(data_warnings),
        },
        "hashes": {
            "model": model["sha256"],
            "data": data["sha256"],
            "playbook": playbook_sha256,
            "code": _code_hash(checks.code),
        },
        "code": None if checks.code is None else dict(checks.code),
        "ranges": {
            "training": list(trained) if trained else None,
            "backtest": [data["first"], data["last"]],
            "scored": [first, last],
            "hours_between": between,
        },
        "overlap": _overlap(trained if known else None, data),
        "lookahead": None if checks.lookahead is None else dict(checks.lookahead),
        "reproducible": checks.reproducible,
        "rerun": checks.rerun,
    }


def integrity_of(trust: Mapping[str, Any]) -> Integrity:
    """What the section ``trust`` of decision.json says of the record's checks.

    One failed look-ahead test is enough; all of them have to be made and passed.
    """
    tests = [test["passed"] for test in (trust["lookahead"] or {}).values()]
    return Integrity(
        lookahead=False if False in tests else None if None in tests or not tests else True,
        repeats=trust["reproducible"],
        unseen={"none": True, "overlap": False}.get(trust["overlap"]),
    )


def _overlap(trained: Sequence[str] | None, data: Mapping[str, Any]) -> str:
    if trained is None:
        return "unknown"
    # ISO moments in UTC sort as text.
    return "overlap" if data["first"] <= trained[1] else "none"


def _code_hash(code: Mapping[str, Any] | None) -> str | None:
    """The commit names the code only if nothing was changed since."""
    if code is None:
        return None
    return code["commit"] if code["commit"] and code["modified"] is False else code["tree_sha256"]
