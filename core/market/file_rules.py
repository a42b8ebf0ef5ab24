"""Rules for the files that candles were read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, joined, literal, plural
from core.market.bar_rules import EXAMPLES, Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.market.candles import Candles

UNIT_TOLERANCE = 0.20  # relative difference of quote volume / volume from the price
SYNTHETIC = Message("The market is synthetic, not exchange data.")


def file_errors(candles: Candles) -> list[Issue]:
    """Files of several symbols are no market."""
    symbols = candles.raw.symbols
    if len(symbols) < 2:
        return []
    named = joined(
        [
            literal(f"{symbol} ({_shown(sorted(set(files)))})")
            for symbol, files in list(symbols.items())[:EXAMPLES]
        ],
        ", ",
    )
    message = Message(
        "The files are of {n} symbols: {named}. Give each its own folder.",
        n=len(symbols),
        named=named,
    )
    return [Issue("several_symbols", message, len(symbols))]


def file_warnings(candles: Candles) -> list[Issue]:
    """How the files were read where that is not plain."""
    raw, issues = candles.raw, []
    if raw.exact_duplicates:
        repeated = plural(
            "{n} repeated row was kept once.",
            "{n} repeated rows were kept once.",
            raw.exact_duplicates,
        )
        issues.append(Issue("duplicates", repeated, raw.exact_duplicates))
    if len(raw.rows_by_unit) > 1:
        counts = ", ".join(f"{count} in {unit}" for unit, count in raw.rows_by_unit.items())
        mixed = Message(
            "Times are written in several units, {counts}; each was read in its own.", counts=counts
        )
        issues.append(Issue("mixed_time_units", mixed, min(raw.rows_by_unit.values())))
    if raw.newest_first_files:
        turned = Message(
            "The rows of {files} are newest first; they were put in order of time.",
            files=_shown(raw.newest_first_files),
        )
        issues.append(Issue("newest_first", turned, len(raw.newest_first_files)))
    if raw.unread_files:
        unread = plural(
            "{n} file beside the candles is not read: {files}.",
            "{n} files beside the candles are not read: {files}.",
            len(raw.unread_files),
            files=_shown(raw.unread_files),
        )
        issues.append(Issue("unread_files", unread, len(raw.unread_files)))
    issues += [Issue("resampled", Message("The file says: {note}.", note=n)) for n in raw.resampled]
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


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:EXAMPLES]) + (" ..." if len(names) > EXAMPLES else "")
