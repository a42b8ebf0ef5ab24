"""Whether candles are clean enough to train and decide on.

Errors refuse the candles. Warnings are only shown, and nothing is deleted: OGN does
sometimes move 30 % in an hour, or not at all for hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import MarketDataError
from core.language import Message, joined, literal, plural
from core.market.bar_rules import EXAMPLES, Issue, bar_warnings, listed, price_errors
from core.market.candles import MAX_FILL, Candles

MAX_FILLED = 0.01  # share of bars
UNIT_TOLERANCE = 0.20  # relative difference of quote volume / volume from the price
SYNTHETIC = Message("The market is synthetic, not exchange data.")


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
        width = max(len(name) for name in self.facts)
        lines: list[Message] = [
            literal(f"{name.replace('_', ' '):<{width}}  {value}")
            for name, value in self.facts.items()
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


def quality(candles: Candles, now: datetime | None = None) -> QualityReport:
    """Judge candles by the rules above.

    :param now: real time, to check that the last bar had closed; None skips the check.
        It is also skipped for a synthetic market.
    """
    errors = _time_errors(candles) + price_errors(candles)
    if now is not None and not candles.synthetic and candles.last + candles.interval > now:
        errors.append(
            Issue(
                "incomplete_bar",
                Message("The last bar, {at:%Y-%m-%d %H:%M} UTC, had not closed.", at=candles.last),
            )
        )
    return QualityReport(tuple(errors), tuple(_warnings(candles)), _facts(candles))


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


def _time_errors(candles: Candles) -> list[Issue]:
    raw, bars = candles.raw, len(candles)
    hours = candles.interval / timedelta(hours=1)
    issues = listed(
        "off_grid",
        lambda n, at: plural(
            "{n} bar doesn't open on a multiple of {hours:g} h: {at}.",
            "{n} bars don't open on a multiple of {hours:g} h: {at}.",
            n,
            hours=hours,
            at=at,
        ),
        raw.off_grid,
    )
    issues += listed(
        "conflicting_duplicates",
        lambda n, at: plural(
            "{n} bar appears twice with different numbers: {at}.",
            "{n} bars appear twice with different numbers: {at}.",
            n,
            at=at,
        ),
        raw.conflicting_duplicates,
    )
    issues += listed(
        "long_gap",
        lambda n, at: plural(
            "{n} gap is longer than {hours:g} h: {at}.",
            "{n} gaps are longer than {hours:g} h: {at}.",
            n,
            hours=MAX_FILL / timedelta(hours=1),
            at=at,
        ),
        tuple(gap.first for gap in candles.gaps if not gap.filled),
    )
    filled = int(candles.frame["is_filled"].sum())
    if filled > MAX_FILLED * bars:
        message = Message(
            "{filled} of {bars} bars ({share:.1%}) are missing and were filled; at most "
            "{limit:.0%} may be.",
            filled=filled,
            bars=bars,
            share=filled / bars,
            limit=MAX_FILLED,
        )
        issues.append(Issue("too_many_filled", message, filled))
    return issues


def _warnings(candles: Candles) -> list[Issue]:
    return [*bar_warnings(candles), *_file_warnings(candles)]


def _file_warnings(candles: Candles) -> list[Issue]:
    raw, issues = candles.raw, []
    if raw.exact_duplicates:
        repeated = plural(
            "{n} repeated row was kept once.",
            "{n} repeated rows were kept once.",
            raw.exact_duplicates,
        )
        issues.append(Issue("duplicates", repeated, raw.exact_duplicates))
    if raw.millisecond_rows and raw.microsecond_rows:
        mixed = Message(
            "{milli} rows have the time in ms and {micro} in us; each was read in its own unit.",
            milli=raw.millisecond_rows,
            micro=raw.microsecond_rows,
        )
        issues.append(Issue("mixed_time_units", mixed, raw.microsecond_rows))
    ratio = raw.volume_unit_ratio
    if ratio is not None and abs(ratio - 1) > UNIT_TOLERANCE:
        unit = Message(
            "Quote volume / volume is {ratio:.3g} times the price; the volume may not be in the "
            "base currency.",
            ratio=ratio,
        )
        issues.append(Issue("volume_unit", unit))
    if candles.synthetic:
        issues.append(Issue("synthetic", SYNTHETIC))
        if candles.source_files and raw.synthetic_files < len(candles.source_files):
            sources = Message("Synthetic files and other files are mixed.")
            issues.append(Issue("mixed_sources", sources))
    return issues


def _facts(candles: Candles) -> dict[str, object]:
    frame = candles.frame
    provenance = candles.provenance()
    return {
        **provenance.as_dict(),
        "files": ", ".join(provenance.files) if len(provenance.files) <= 5 else f"{len(provenance.files)} files",
        "raw_rows": candles.raw.rows,
        "filled_share": round(float(frame["is_filled"].mean()), 6),
        "longest_gap_bars": max((gap.bars for gap in candles.gaps), default=0),
        "zero_volume": int(((frame["volume"] == 0) & ~frame["is_filled"]).sum()),
        "flat_bars": int(((frame["high"] == frame["low"]) & ~frame["is_filled"]).sum()),
        "days": round(len(candles) * (candles.interval / timedelta(days=1)), 2),
    }  # fmt: skip
