"""What spoils a record whatever its gates say: a check that was made and failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.trading.grade_words import CHECK_FAILED


def distrust(decision: Mapping[str, Any], language: str = "en") -> list[str]:
    """A sentence for each check that failed, the gravest first; empty if none did.

    What nobody checked is no failure here; the evidence's grade says what it costs.
    """
    trust = decision.get("trust") or {}
    failed = {
        "lookahead": any(
            test.get("passed") is False for test in (trust.get("lookahead") or {}).values()
        ),
        "repeats": trust.get("reproducible", decision.get("reproducible")) is False,
        "unseen": trust.get("overlap") == "overlap",
    }
    return [CHECK_FAILED[language][name] for name, is_so in failed.items() if is_so]
