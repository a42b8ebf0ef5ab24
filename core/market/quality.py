"""Whether candles are clean enough to train and decide on.

Errors refuse the candles. Warnings are only shown, and nothing is deleted: OGN does
sometimes move 30 % in an hour, or not at all for hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import MarketDataError
from core.language import LANGUAGES, Message, joined, literal, plural, said
from core.market.bar_rules import EXAMPLES, Issue, bar_warnings, price_errors
from core.market.file_rules import file_errors, file_warnings
from core.market.filling import longest_run
from core.market.price_rules import impossible_prices, long_wicks
from core.market.time_rules import time_errors
from core.state_words import shown_word
from core.timestamps import moment_text, parse_moment

if TYPE_CHECKING:
    from core.market.candles import Candles

_NAMES = {
    "sha256": literal("sha256"),
    "files": Message("files"),
    "rows": Message("bars"),
    "first": Message("first bar"),
    "last": Message("last bar"),
    "gaps": Message("gaps"),
    "missing": Message("bars missing in the gaps"),
    "filled": Message("bars filled (missing, or no trades)"),
    "synthetic": Message("synthetic"),
    "raw_rows": Message("rows in the files"),
    "filled_share": Message("share filled"),
    "longest_filled_run": Message("longest filled stretch"),
    "longest_gap_bars": Message("bars of the longest gap"),
    "zero_volume": Message("bars without volume"),
    "flat_bars": Message("bars at a single price"),
    "symbols": Message("symbols"),
    "days": Message("days"),
}


@dataclass(frozen=True)
class QualityReport:
    """Errors, warnings and facts of the candles; ``facts`` are plain JSON values."""

    errors: tuple[Issue, ...]
    warnings: tuple[Issue, ...]
    facts: dict[str, object]

    @property
    def ok(self) -> bool:
        """Whether the candles can be used."""
        return not self.errors

    def as_dict(self) -> dict[str, object]:
        """Strict JSON."""
        return {
            "ok": self.ok,
            "errors": [vars(issue) for issue in self.errors],
            "warnings": [vars(issue) for issue in self.warnings],
            "facts": self.facts,
        }

    def text(self) -> Message:
        """For a terminal: facts, then errors, then warnings, then the verdict."""
        known = {name: value for name, value in self.facts.items() if value is not None}
        width = max(len(said(_name(name), language)) for name in known for language in LANGUAGES)
        lines = [
            Message(f"{{name:<{width}}}  {{value}}", name=_name(name), value=_shown(name, value))
            for name, value in known.items()
        ]
        lines += [joined(["❌", issue.message]) for issue in self.errors]
        lines += [joined(["⚠️", issue.message]) for issue in self.warnings]
        warnings = plural("{n} warning", "{n} warnings", len(self.warnings))
        if not self.ok:
            errors = plural("{n} error", "{n} errors", len(self.errors))
            lines.append(Message("❌ not usable: {errors}", errors=errors))
        elif self.warnings:
            lines.append(Message("✅ usable, {warnings}", warnings=warnings))
        else:
            lines.append(Message("✅ usable"))
        return joined(lines, "\n")


def _name(fact: str) -> Message:
    """How a fact is named for people; the same words as elsewhere for bars."""
    return _NAMES.get(fact) or literal(fact.replace("_", " "))


def _shown(fact: str, value: object) -> Message:
    if isinstance(value, bool):
        return shown_word("yes" if value else "no")
    if isinstance(value, int | float):
        return Message("{value}", value=value)
    if fact in ("first", "last"):
        return Message("{moment} UTC", moment=moment_text(parse_moment(str(value))))
    return value if isinstance(value, Message) else literal(str(value))


def quality(candles: Candles, now: datetime | None = None) -> QualityReport:
    """Judge candles by the rules above.

    :param now: real time, to check that the last bar had closed; None skips the check.
        It is also skipped for a synthetic market.
    """
    errors = [
        *file_errors(candles),
        *time_errors(candles),
        *price_errors(candles),
        *impossible_prices(candles),
    ]
    if now is not None and not candles.synthetic and candles.last + candles.interval > now:
        errors.append(
            Issue(
                "incomplete_bar",
                Message("The last bar, {at:%Y-%m-%d %H:%M} UTC, had not closed.", at=candles.last),
            )
        )
    warnings = (
        *bar_warnings(candles),
        *long_wicks(candles),
        *file_warnings(candles),
    )
    return QualityReport(tuple(errors), warnings, _facts(candles))


def require_quality(candles: Candles, now: datetime | None = None) -> QualityReport:
    """:func:`quality`, refusing candles with errors.

    :raises MarketDataError: names the first errors and where to look.
    """
    report = quality(candles, now)
    if not report.ok:
        found = joined(issue.message for issue in report.errors[:EXAMPLES])
        paths = ", ".join(str(path) for path in candles.source_files)
        raise MarketDataError(
            Message("{files}: {problems}", files=paths, problems=found)
            if paths
            else Message("The candles: {problems}", problems=found),
            Message("See them all with: python scripts/check_data_availability.py"),
        )
    return report


def _facts(candles: Candles) -> dict[str, object]:
    frame = candles.frame
    provenance = candles.provenance()
    # A row of the files without volume at one price counts as filled; it is still a row.
    bridged = sum(gap.bars for gap in candles.gaps if gap.filled and not candles.raw.off_grid)
    without_trades = provenance.filled - bridged
    return {
        **{name: value for name, value in provenance.as_dict().items() if name != "filled"},
        "missing": sum(gap.bars for gap in candles.gaps),
        "filled": provenance.filled,
        "files": ", ".join(provenance.files) if len(provenance.files) <= 5
        else plural("{n} file", "{n} files", len(provenance.files)),
        "raw_rows": candles.raw.rows,
        "filled_share": round(float(frame["is_filled"].mean()), 6),
        "longest_filled_run": longest_run(frame["is_filled"]),
        "longest_gap_bars": max((gap.bars for gap in candles.gaps), default=0),
        "zero_volume": without_trades + int(((frame["volume"] == 0) & ~frame["is_filled"]).sum()),
        "flat_bars": without_trades
        + int(((frame["high"] == frame["low"]) & ~frame["is_filled"]).sum()),
        "symbols": ", ".join(candles.raw.symbols) or None,
        "days": round(len(candles) * (candles.interval / timedelta(days=1)), 2),
    }  # fmt: skip
