"""What a check says about the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import IntegrityError
from core.reading import Reading
from core.vocabulary import Verdict


@dataclass(frozen=True)
class Judgement:
    """Verdict of one check at one moment, with everything a person needs to doubt it.

    :raises IntegrityError: a PASS without a reading. Nothing is green without evidence.
    """

    check: str  # id in the playbook
    verdict: Verdict
    as_of: datetime  # week time
    why: str  # one sentence with the numbers
    limit: str = ""  # "> 0", "< 0.01", "all six"
    reading: Reading | None = None
    evidence: str = ""  # the evidence's opinion, where it differs from the manual's line

    def __post_init__(self) -> None:
        if self.verdict is Verdict.PASS and self.reading is None:
            raise IntegrityError(
                f"Check {self.check} would pass without a reading.",
                "Give the reading, or judge it UNKNOWN.",
            )
