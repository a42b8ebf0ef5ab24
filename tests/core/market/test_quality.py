"""Each rule of the quality report, driven by a file."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import MarketDataError
from core.language import literal
from core.market import load_candles, require_quality
from core.market.bar_rules import Issue
from core.market.quality import quality
from core.market.synthetic import make_market, write_market

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from core.market.candles import Candles

HEADER = "open_time_utc,open,high,low,close,volume"
START = datetime(2024, 1, 1, tzinfo=UTC)


def candles_of(
    tmp_path: Path, changed: dict[int, str], bars: int = 200, dropped: Collection[int] = ()
) -> Candles:
    """A clean file with some rows replaced: ``changed`` maps bar to the text after its time."""
    rows = [HEADER]
    for bar in range(bars):
        if bar in dropped:
            continue
        time = f"{START + timedelta(hours=bar):%Y-%m-%dT%H:%M:%SZ}"
        rows.append(f"{time},{changed.get(bar, '0.1,0.101,0.099,0.1,500')}")
    file = tmp_path / "candles.csv"
    file.write_text("\n".join(rows) + "\n")
    return load_candles(file)


def codes(issues: Iterable[Issue]) -> set[str]:
    return {issue.code for issue in issues}


@pytest.mark.parametrize(("count", "reported"), [(1, "1 warning"), (3, "3 warnings")])
def test_one_warning_is_no_plural(tmp_path: Path, count: int, reported: str):
    issue = Issue("synthetic", literal("made up"))
    report = replace(quality(candles_of(tmp_path, {})), warnings=(issue,) * count)
    assert report.text().endswith(f"usable, {reported}")


def test_a_clean_file_has_neither_errors_nor_warnings(tmp_path: Path):
    report = quality(candles_of(tmp_path, {}))
    assert (report.errors, report.warnings) == ((), ())
    assert report.text().endswith("✅ usable")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("nan,0.101,0.099,0.1,500", "not_finite"),
        (",0.101,0.099,0.1,500", "not_finite"),
        ("0.1,inf,0.099,0.1,500", "not_finite"),
        ("0.1,0.101,0,0.1,500", "price_not_positive"),
        ("0.1,0.101,0.099,0.1,-1", "volume_negative"),
        ("0.1,0.0999,0.099,0.1,500", "high_too_low"),
        ("0.1,0.101,0.1001,0.1,500", "low_too_high"),
    ],
)
def test_an_impossible_bar_is_an_error_that_names_it(tmp_path: Path, row, code):
    candles = candles_of(tmp_path, {7: row})
    report = quality(candles)
    assert code in codes(report.errors)
    assert not report.ok
    assert "2024-01-01 07:00 UTC" in next(i for i in report.errors if i.code == code).message
    with pytest.raises(MarketDataError, match="2024-01-01 07"):
        require_quality(candles)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("0.1,0.101,0.099,0.1,0", "zero_volume"),
        ("0.1,0.1,0.1,0.1,500", "flat"),
        ("0.1,0.14,0.099,0.1301,500", "large_move"),
        ("0.1011,0.102,0.099,0.1,500", "open_jump"),
    ],
)
def test_a_remarkable_bar_is_a_warning_and_kept(tmp_path: Path, row, code):
    candles = candles_of(tmp_path, {7: row})
    report = quality(candles)
    assert report.ok
    assert code in codes(report.warnings)
    assert len(candles) == 200


def test_more_than_one_percent_filled_is_refused_and_one_percent_is_not(tmp_path: Path):
    assert quality(candles_of(tmp_path, {}, dropped=(5, 9))).ok  # 2 of 200
    report = quality(candles_of(tmp_path, {}, dropped=(5, 9, 20)))
    assert codes(report.errors) == {"too_many_filled"}


def test_a_gap_above_a_day_is_refused(tmp_path: Path):
    report = quality(candles_of(tmp_path, {}, bars=9000, dropped=range(50, 75)))
    assert codes(report.errors) == {"long_gap"}


def test_bars_off_the_hour_and_contradicting_repeats_are_refused(tmp_path: Path):
    file = tmp_path / "odd.csv"
    file.write_text(
        f"{HEADER}\n2024-01-01T00:00:00Z,0.1,0.1,0.1,0.1,5\n2024-01-01T00:30:00Z,0.1,0.1,0.1,0.1,5\n"
        "2024-01-01T01:00:00Z,0.1,0.1,0.1,0.1,5\n2024-01-01T01:00:00Z,0.1,0.2,0.1,0.1,5\n"
    )
    assert codes(quality(load_candles(file)).errors) == {"off_grid", "conflicting_duplicates"}


def test_the_last_bar_must_have_closed_when_a_moment_is_given(tmp_path: Path):
    candles = candles_of(tmp_path, {})
    end = START + timedelta(hours=200)
    assert quality(candles).ok
    assert quality(candles, now=end).ok
    early = quality(candles, now=end - timedelta(seconds=1))
    assert codes(early.errors) == {"incomplete_bar"}


def test_a_synthetic_market_is_labelled_and_never_incomplete(tmp_path: Path):
    write_market(make_market(1, 300, START), tmp_path / "s.csv")
    report = quality(load_candles(tmp_path), now=START)
    assert report.ok
    assert codes(report.warnings) == {"synthetic"}
    assert report.facts["synthetic"] is True


def test_made_up_and_other_files_in_one_folder_are_noticed(tmp_path: Path):
    write_market(make_market(1, 300, START + timedelta(hours=10)), tmp_path / "s.csv")
    candles_of(tmp_path, {}, bars=10)
    assert "mixed_sources" in codes(quality(load_candles(tmp_path)).warnings)


def test_a_volume_in_quote_units_is_noticed(tmp_path: Path):
    opened = int(START.timestamp() * 1000)
    rows = [f"{opened + bar * 3_600_000},0.1,0.1,0.1,0.1,500,0,500,1,1,1,0" for bar in range(5)]
    (tmp_path / "k.csv").write_text("\n".join(rows))
    assert "volume_unit" in codes(quality(load_candles(tmp_path)).warnings)


def test_the_report_is_strict_json(tmp_path: Path):
    report = quality(candles_of(tmp_path, {7: "nan,0.101,0.099,0.1,500"}))
    read = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert read["ok"] is False
    assert read["errors"][0]["code"] == "not_finite"
    assert "❌ not usable" in report.text()


def test_the_text_names_no_fact_that_is_not_there(tmp_path: Path) -> None:
    reported = quality(candles_of(tmp_path, {})).text()
    assert "None" not in reported
    assert re.search("^synthetic +no$", reported, re.M)
    portuguese = reported.in_("pt")
    assert re.search("^sintético +não$", portuguese, re.M)
    assert re.search(r"^primeira barra +01/01/2024 00:00 UTC$", portuguese, re.M)
    assert re.search(r"^barras +\d+$", portuguese, re.M)


def test_of_many_bars_a_few_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    low = dict.fromkeys(range(10, 20), "1.0,0.5,0.9,1.0,10")
    found = quality(candles_of(tmp_path, low)).errors[0].message
    assert re.search(r"UTC \(\+7\)\.$", found), found


def test_gaps_missing_bars_and_rows_without_trades_are_counted_apart(tmp_path) -> None:
    flat = "0.1,0.1,0.1,0.1,0"
    rows = dict.fromkeys(range(80, 83), "0.1,0.101,0.099,0.1,0")  # without volume, at two prices
    report = quality(candles_of(tmp_path, {60: flat, **rows}, dropped={20, 21, 22, 40}))
    counted = ("gaps", "missing", "filled", "zero_volume", "flat_bars", "raw_rows")
    assert [report.facts[name] for name in counted] == [2, 4, 5, 4, 1, 196]
    said = dict(re.split(r" {2,}", line) for line in report.text().splitlines() if "  " in line)
    assert said["gaps"] == "2"
    assert said["bars missing in the gaps"] == "4"
    assert said["bars filled (missing, or no trades)"] == "5"
    assert "barras que faltam nas lacunas" in report.text().in_("pt")
