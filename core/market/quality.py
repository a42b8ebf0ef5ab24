"""Are these candles clean enough to train on, and to decide on?

Errors refuse; warnings are shown and nothing is deleted: OGN really moves 30 % in
an hour now and then, and really stands still for hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from core.errors import MarketDataError
from core.language import Message
from core.market.candles import LONGEST_FILL, PRICES, Candles
from core.timestamps import iso

MOST_FILLED = 0.01  # share of bars
LARGE_MOVE = 0.30  # |close / previous close - 1|
OPEN_JUMP = 0.01  # |open / previous close - 1|
UNIT_TOLERANCE = 0.20  # of quote volume / volume against the price
EXAMPLES = 3
SYNTHETIC = Message("The market is synthetic, not exchange data.")


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong or remarkable."""

    code: str
    message: str
    count: int = 1


@dataclass(frozen=True)
class QualityReport:
    """What was found. ``facts`` are plain JSON values."""

    errors: tuple[Issue, ...]
    warnings: tuple[Issue, ...]
    facts: dict[str, object]

    @property
    def ok(self) -> bool:
        return not self.errors

    def as_dict(self) -> dict[str, object]:
        """Strict JSON."""
        return {
            "ok": self.ok,
            "errors": [vars(issue) for issue in self.errors],
            "warnings": [vars(issue) for issue in self.warnings],
            "facts": self.facts,
        }

    def text(self) -> str:
        """For a terminal: facts, then errors, then warnings, then the verdict."""
        width = max(len(name) for name in self.facts)
        lines = [
            f"{name.replace('_', ' '):<{width}}  {value}" for name, value in self.facts.items()
        ]
        lines += [f"❌ {issue.message}" for issue in self.errors]
        lines += [f"⚠️ {issue.message}" for issue in self.warnings]
        count = len(self.warnings)
        if self.ok:
            lines.append(
                "✅ usable" + (f", {count} warning{'s' if count > 1 else ''}" if count else "")
            )
        else:
            lines.append(f"❌ not usable: {len(self.errors)} errors")
        return "\n".join(lines)


def quality(candles: Candles, now: datetime | None = None) -> QualityReport:
    """Judge candles by the rules above.

    :param now: real time, to see whether the last bar had closed; None skips that.
        A made-up market has no exchange and is never incomplete.
    """
    errors = _time_errors(candles) + _price_errors(candles)
    if now is not None and not candles.synthetic and candles.last + candles.interval > now:
        errors.append(
            Issue("incomplete_bar", f"The last bar, {iso(candles.last)}, had not closed.")
        )
    return QualityReport(tuple(errors), tuple(_warnings(candles)), _facts(candles))


def require_quality(candles: Candles, now: datetime | None = None) -> QualityReport:
    """:func:`quality`, refusing what has errors.

    :raises MarketDataError: names the first errors and where to look.
    """
    report = quality(candles, now)
    if not report.ok:
        files = ", ".join(str(path) for path in candles.source_files) or "The candles"
        found = " ".join(issue.message for issue in report.errors[:EXAMPLES])
        raise MarketDataError(
            f"{files}: {found}", "See them all with: python scripts/check_data_availability.py"
        )
    return report


def _found(code: str, what: str, where: pd.Series | np.ndarray, candles: Candles) -> list[Issue]:
    """An issue that counts the bars and names the first few; nothing where there are none."""
    where = np.asarray(where)
    count = int(where.sum())
    if not count:
        return []
    moments = [iso(moment.to_pydatetime()) for moment in candles.frame.index[where][:EXAMPLES]]
    more = " ..." if count > EXAMPLES else ""
    bars = "bar" if count == 1 else "bars"
    return [Issue(code, f"{count} {bars} {what}: {', '.join(moments)}{more}.", count)]


def _listed(code: str, what: str, moments: tuple[datetime, ...]) -> list[Issue]:
    if not moments:
        return []
    shown = ", ".join(iso(moment) for moment in moments[:EXAMPLES])
    more = " ..." if len(moments) > EXAMPLES else ""
    return [Issue(code, f"{len(moments)} {what}: {shown}{more}.", len(moments))]


def _time_errors(candles: Candles) -> list[Issue]:
    raw, bars = candles.raw, len(candles)
    issues = _listed(
        "off_grid", f"bars don't open on a multiple of {_hours(candles.interval)}", raw.off_grid
    )
    issues += _listed(
        "conflicting_duplicates",
        "bars appear twice with different numbers",
        raw.conflicting_duplicates,
    )
    long = tuple(gap.first for gap in candles.gaps if not gap.filled)
    issues += _listed("long_gap", f"gaps are longer than {_hours(LONGEST_FILL)}", long)
    filled = int(candles.frame["is_filled"].sum())
    if filled > MOST_FILLED * bars:
        issues.append(
            Issue(
                "too_many_filled",
                f"{filled} of {bars} bars ({filled / bars:.1%}) are missing and were filled; "
                f"at most {MOST_FILLED:.0%} may be.",
                filled,
            )
        )
    return issues


def _price_errors(candles: Candles) -> list[Issue]:
    frame = candles.frame
    numbers = frame[[*PRICES, "volume"]].to_numpy(dtype=float)
    prices = frame[PRICES].to_numpy(dtype=float)
    top = frame[["open", "close", "low"]].max(axis=1)
    bottom = frame[["open", "close", "high"]].min(axis=1)
    return [
        *_found("not_finite", "hold no number (NaN or infinite)", ~np.isfinite(numbers).all(axis=1), candles),
        *_found("price_not_positive", "have a price of 0 or below", (prices <= 0).any(axis=1), candles),
        *_found("volume_negative", "have a negative volume", frame["volume"] < 0, candles),
        *_found("high_too_low", "have a high below open, close or low", frame["high"] < top, candles),
        *_found("low_too_high", "have a low above open, close or high", frame["low"] > bottom, candles),
    ]  # fmt: skip


def _warnings(candles: Candles) -> list[Issue]:
    frame, raw = candles.frame, candles.raw
    real = ~frame["is_filled"]
    close_before = frame["close"].shift()
    move = (frame["close"] / close_before - 1).abs()
    jump = (frame["open"] / close_before - 1).abs()
    flat = real & (frame["high"] == frame["low"])
    issues = [
        *_found("filled", "were missing and are filled", frame["is_filled"], candles),
        *_found("zero_volume", "traded nothing", real & (frame["volume"] == 0), candles),
        *_found("flat", "have one price only", flat, candles),
        *_found("large_move", f"moved more than {LARGE_MOVE:.0%}", move > LARGE_MOVE, candles),
        *_found(
            "open_jump",
            f"open more than {OPEN_JUMP:.0%} away from the close before",
            real & (jump > OPEN_JUMP),
            candles,
        ),
    ]
    if raw.exact_duplicates:
        issues.append(
            Issue("duplicates", f"{raw.exact_duplicates} repeated rows were kept once.", raw.exact_duplicates)
        )  # fmt: skip
    if raw.millisecond_rows and raw.microsecond_rows:
        issues.append(
            Issue(
                "mixed_time_units",
                f"{raw.millisecond_rows} rows give the time in ms and {raw.microsecond_rows} in us; "
                "each was read in its own unit.",
                raw.microsecond_rows,
            )
        )
    ratio = raw.volume_unit_ratio
    if ratio is not None and abs(ratio - 1) > UNIT_TOLERANCE:
        issues.append(
            Issue(
                "volume_unit",
                f"Quote volume / volume is {ratio:.3g} times the price; the volume may not be in "
                "the base currency.",
            )
        )
    if candles.synthetic:
        issues.append(Issue("synthetic", SYNTHETIC))
        if candles.source_files and raw.synthetic_files < len(candles.source_files):
            issues.append(Issue("mixed_sources", "Synthetic and other files are mixed."))
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


def _hours(interval: timedelta) -> str:
    return f"{interval / timedelta(hours=1):g} h"
