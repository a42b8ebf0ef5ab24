"""Conditions, looks and notices for the tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.alerts.conditions import Condition, Look, Notice, NoticeState
from core.alerts.kinds import EventKind
from core.vocabulary import Severity

T0 = datetime(2026, 2, 23, 15, tzinfo=UTC)
WEEK = "2026-02-23"


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def condition(key: str = "finding:collapse", **changed: Any) -> Condition:
    values: dict[str, Any] = {
        "key": key,
        "kind": EventKind.FINDING,
        "level": Severity.CRITICAL,
        "subject": {"en": "Reward collapse", "pt": "Colapso da reward"},
        "text": {"en": "Reward fell from 87 to 9.4.", "pt": "A reward caiu de 87 para 9,4."},
        "page": "troubleshooting",
        "week": WEEK,
        "since": T0,
    }
    return Condition(**values | changed)


def look(*conditions: Condition, **changed: Any) -> Look:
    values: dict[str, Any] = {"week": WEEK, "conditions": conditions}
    return Look(**values | changed)


def notice(key: str = "finding:collapse", seconds: float = 0, **changed: Any) -> Notice:
    state = changed.pop("state", NoticeState.FIRING)
    number = changed.pop("number", 1)
    return Notice(
        dedup=f"{WEEK}/{key}#{number}:{state}",
        state=state,
        condition=condition(key, **changed),
        at=at(seconds),
    )
