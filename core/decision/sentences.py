"""A decision's own sentences in the reader's language: reason, grade, warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.decision.warning_words import WORDS, reason_of
from core.decision.warnings import find_warnings
from core.trading.grade_words import reasons_of

_FIRST_SCHEMA = 1  # it recorded its sentences, but not all that they were made from


def in_language(
    d: Mapping[str, Any],
    language: str,
    written: Callable[[Mapping[str, Any]], str] | None = None,
) -> dict[str, Any]:
    """The decision with its own sentences in ``language``.

    What the candles' check and the program said about data stays as recorded.

    :param written: how the reason writes a gate's value; None: as the record does.
    """
    said = {**d, "reason": reason_of(d["gates"], language, written)} if written else dict(d)
    if language == "en":
        return said
    said["reason"] = reason_of(d["gates"], language, written)
    if d["schema_version"] <= _FIRST_SCHEMA:
        return said
    recorded = set(find_warnings(d))
    foreign = [warning for warning in d["warnings"] if warning not in recorded]
    said["evidence"] = {**d["evidence"], "reasons": reasons_of(d["evidence"], language)}
    said["warnings"] = [*find_warnings(d, language), *foreign]
    return said


def news(d: Mapping[str, Any]) -> list[str]:
    """The warnings, without the reasons of the grade that stand beside it already."""
    reasons = " ".join(d["evidence"]["reasons"])
    told = [warning.removesuffix(reasons).strip() for warning in d.get("warnings") or []]
    grade = d["evidence"]["grade"]
    known = {words["doubt"].format(grade=grade) for words in WORDS.values()}
    return [warning for warning in told if warning not in known]
