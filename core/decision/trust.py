"""Whether the record can be trusted: data, hashes, ranges, look-ahead, repetition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.decision.lookahead import Lookahead, detail_of
from core.json_model import Count, JsonModel, Sentence, Sha256
from core.timestamps import iso, parse_moment
from core.trading.evidence import Integrity
from core.trading.grade import FAILED_CHECKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd  # loaded when a table is read: a saved decision needs none

    from core.decision.inputs import ModelRecord
    from core.language import Message
    from core.market.candles import Provenance

Range = tuple[str | None, str | None]
"""First and last moment, UTC."""
Overlap = Literal["none", "overlap", "unknown"]


class DataQuality(JsonModel):
    """How clean the backtest data are."""

    rows: Count = Field(description="Bars.")
    gaps: Count = Field(description="Gaps between bars.")
    filled: Count = Field(description="Missing bars that were filled.")
    filled_pct: float = Field(description="Percent of the bars.")
    longest_gap_bars: Count = Field(description="Length of the longest gap, in bars.")
    warnings: tuple[Sentence, ...] = Field(description="What the data check warned about.")


class Hashes(JsonModel):
    """What the decision rests on, by hash."""

    model: Sha256 = Field(description="Of the model file.")
    data: Sha256 = Field(description="Of the backtest data.")
    playbook: Sha256 = Field(description="Of the playbook file.")
    code: str | None = Field(description="Git commit, else SHA-256 of the source tree.")


class CodeVersion(JsonModel):
    """Which source made the decision."""

    version: str = Field(description="Of trainweek.")
    commit: str | None = Field(description="Git commit of the checkout; null outside of one.")
    modified: bool | None = Field(
        description="Whether the checkout differs from the commit; null: unknown."
    )
    tree_sha256: Sha256 = Field(
        description="Of the lines '<sha256>  <path>' of all source files of core and runner."
    )

    @property
    def hash(self) -> str:
        """The commit names the code only if nothing was changed since."""
        return self.commit if self.commit and self.modified is False else self.tree_sha256


class Ranges(JsonModel):
    """The training and backtest ranges."""

    training: Range | None = Field(description="First and last bar; null: not known.")
    backtest: Range | None = Field(description="First and last bar.")
    scored: Range | None = Field(description="First and last mark of equity.")
    hours_between: float | None = Field(
        description="From the last training bar to the first scored bar."
    )


class Trust(JsonModel):
    """Whether the record can be trusted."""

    data_quality: DataQuality = Field(description="How clean the backtest data are.")
    hashes: Hashes = Field(description="What the decision rests on.")
    code: CodeVersion | None = Field(description="Which source made it; null: not recorded.")
    ranges: Ranges = Field(description="The training and backtest ranges.")
    overlap: Overlap = Field(
        description="Of training and backtest range; unknown: the model does not say what it was "
        "trained on. A revalidation refuses an overlap."
    )
    lookahead: Lookahead | None = Field(description="The look-ahead tests; null: not run.")
    reproducible: bool | None = Field(
        description="An episode run again gave the same bytes; null: not tested."
    )
    rerun: str | None = Field(description="Command that repeats this revalidation.")


@dataclass(frozen=True)
class Checks:
    """Results of the checks that the job ran; None: not checked.

    :ivar rerun: command that repeats this revalidation.
    """

    code: CodeVersion | None = None
    lookahead: Lookahead | None = None
    reproducible: bool | None = None
    rerun: str | None = None
    longest_gap_bars: int = 0


def trust_section(
    checks: Checks,
    data: Provenance,
    data_warnings: Sequence[str],
    model: ModelRecord,
    playbook_sha256: str,
    times: pd.Series,
) -> Trust:
    """The section ``trust`` of decision.json.

    :param times: of the equity; the first is the close on which the first decision was made.
    """
    import pandas as pd

    moments = pd.to_datetime(times, utc=True)
    first, last = (iso(moments.iloc[i].to_pydatetime()) for i in (0, -1))
    trained_until = model.trained_until
    between = None
    if trained_until is not None:
        between = (parse_moment(first) - parse_moment(trained_until)).total_seconds() / 3600.0
    return Trust(
        data_quality=DataQuality(
            rows=data.rows,
            gaps=data.gaps,
            filled=data.filled,
            filled_pct=100.0 * data.filled / max(data.rows, 1),
            longest_gap_bars=checks.longest_gap_bars,
            warnings=tuple(data_warnings),
        ),
        hashes=Hashes(
            model=model.sha256,
            data=data.sha256,
            playbook=playbook_sha256,
            code=None if checks.code is None else checks.code.hash,
        ),
        code=checks.code,
        ranges=Ranges(
            training=model.train_range,
            backtest=(data.first, data.last),
            scored=(first, last),
            hours_between=between,
        ),
        overlap=_overlap(trained_until, data),
        lookahead=checks.lookahead,
        reproducible=checks.reproducible,
        rerun=checks.rerun,
    )


def integrity_of(trust: Trust) -> Integrity:
    """The section's checks as the evidence grade needs them.

    One failed look-ahead test fails all: see :meth:`Lookahead.passed`.
    """
    return Integrity(
        lookahead=None if trust.lookahead is None else trust.lookahead.passed(),
        repeats=trust.reproducible,
        unseen={"none": True, "overlap": False}.get(trust.overlap),
    )


def failed_checks(trust: Trust | None, reproducible: bool | None = None) -> list[Message]:
    """A sentence for each check that failed, the most serious first; empty if none did.

    A failed look-ahead test is named with its figures.

    An unchecked item is not a failure; it lowers the evidence grade instead.

    :param trust: None for a record that is older than the section.
    :param reproducible: the field of such a record.
    """
    found = Integrity(repeats=reproducible) if trust is None else integrity_of(trust)
    failed: list[Message] = []
    for name, passed in vars(found).items():
        if passed is False:
            failed.append(FAILED_CHECKS[name])
            if name == "lookahead" and trust is not None and trust.lookahead is not None:
                failed += _failed_tests(trust.lookahead)
    return failed


def _failed_tests(tests: Lookahead) -> list[Message]:
    return [detail_of(test) for _, test in tests.tests() if test.passed is False]


def _overlap(trained_until: str | None, data: Provenance) -> Overlap:
    if trained_until is None:
        return "unknown"
    # ISO moments in UTC sort as text.
    return "overlap" if data.first <= trained_until else "none"
