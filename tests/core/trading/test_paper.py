"""What a paper record says of a forecast."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.errors import IntegrityError
from core.trading.paper import RECORD, read_paper
from tests.core.paper_records import FORECAST, SHA, paper
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path


def test_hours_of_a_day_that_is_not_whole_are_not_judged() -> None:
    assert paper(5, hours=23) == paper(5)
    assert paper(0, hours=23).sentence(0.9) == "0 of 30 days: no whole day of new candles yet."


def test_what_stays_in_the_cone_holds_only_once_all_days_have_come() -> None:
    early, late = (paper(days, 0.0001).sentence(0.9) for days in (2, 30))
    power = present(paper(2, 0.0001).power)
    noticed = f"(of models without skill it expires for {power:.0%} by day 30)"
    first = present(paper(2).earliest)
    assert early == (
        "2 of 30 days, inside the 90% cone; too early to say, the evidence can expire on day "
        f"{first} at the earliest {noticed}."
    )
    assert late == f"30 of 30 days, inside the 90% cone; the evidence has not expired {noticed}."
    assert paper(12, 0.0001).held is None
    assert paper(30, 0.0001).held is True
    assert len(paper(35, 0.0001).equity) == 30


def test_a_loss_each_day_falls_out_of_the_cone_expires_and_did_not_hold() -> None:
    found = paper(12, -0.02)
    assert found.fell_out_on == found.left_on is not None
    assert found.expired_on is not None
    assert found.held is False
    assert f"below the 90% cone on day {found.left_on}" in found.sentence(0.9)
    assert f"the evidence expired on day {found.expired_on}" in found.sentence(0.9)


def test_more_than_was_forecast_is_outside_but_does_not_break_the_claim() -> None:
    found = paper(30, 0.03)
    assert found.left_on is not None
    assert (found.fell_out_on, found.expired_on, found.held) == (None, None, True)
    assert "above the 90% cone" in found.sentence(0.9)


def test_trades_and_gates_are_those_of_the_days() -> None:
    found = paper(6, 0.0001)
    assert found.trades == (1, 2, 3, 4, 5, 6)
    assert found.gates["win_rate_pct"].value == 100.0
    assert found.gates["win_rate_pct"].passed
    assert not found.gates["profit_factor"].passed  # undefined without a loss
    assert found.gates["sharpe"].chance == FORECAST.gates["sharpe"]


def test_a_record_of_another_decision_or_a_damaged_one_is_no_evidence(tmp_path: Path) -> None:
    folder = tmp_path / SHA
    assert read_paper(folder) is None
    folder.mkdir()
    file = folder / RECORD
    file.write_text(json.dumps(paper(3).as_dict()), encoding="utf-8")
    assert read_paper(folder) == paper(3)
    folder.rename(other := tmp_path / ("cd" * 32))
    with pytest.raises(IntegrityError):
        read_paper(other)
    (other / RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(IntegrityError):
        read_paper(other)
