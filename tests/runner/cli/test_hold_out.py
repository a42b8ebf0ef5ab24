"""``trainweek hold-out``: the meter, the lock and its key, each checked as on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from core.errors import InputError, MarketDataError
from runner.cli.hold_out import app
from tests.runner.client.test_sweep_verdicts import scored
from tests.runner.place import LEAD, Place, place
from tests.runner.signed_place import write_candles

if TYPE_CHECKING:
    from typer.testing import Result

__all__ = ["place"]


def hold_out(place: Place, *words: str, role: str = "lead") -> Result:
    """Run in this process: an error of ours is the result's exception."""
    given = [*words, "--home", str(place.home.root)]
    return CliRunner().invoke(app, given, env={"TRAINWEEK_ROLE": role})


def test_the_meter_the_lock_and_its_key(place: Place) -> None:
    write_candles(place.home)
    shown = hold_out(place, "show", role="viewer")
    assert "Hold-out: 0 earlier looks at these bars" in shown.stdout
    locked = hold_out(place, "lock", "--reason", "kept for Friday")
    assert "locked until the lead opens it" in locked.stdout
    assert "locked until" in hold_out(place, "show").stdout
    opened = hold_out(place, "open", "--reason", "the model is final", "--json")
    assert json.loads(opened.stdout)["state"] == "final look"
    assert [lock.reason for lock in place.lead.hold_outs().locks] == ["kept for Friday"]


def test_a_sweep_is_listed_with_its_tries(place: Place) -> None:
    sweep = scored(place)
    shown = hold_out(place, "show").stdout
    assert f"{LEAD.name} {sweep.id} 6 tries" in shown
    assert json.loads(hold_out(place, "show", "--json").stdout)["looks"][0]["tries"] == 6


@pytest.mark.parametrize("act", ["lock", "open"])
def test_only_the_lead_turns_the_key(place: Place, act: str) -> None:
    write_candles(place.home)
    refused = hold_out(place, act, "--reason", "mine", role="engineer")
    assert isinstance(refused.exception, InputError)
    assert place.lead.hold_outs().locks == ()


def test_bad_input_is_named(place: Place) -> None:
    write_candles(place.home)
    blank = hold_out(place, "lock", "--reason", "  ").exception
    assert isinstance(blank, InputError)
    assert "require a reason" in blank.what
    nothing = hold_out(place, "open", "--reason", "now").exception
    assert isinstance(nothing, InputError)
    assert "no locked window" in nothing.what
    (place.home.root / "empty").mkdir()
    folder = ("--backtest-data-dir", "empty")
    for words in (("show", *folder),):
        assert isinstance(hold_out(place, *words).exception, MarketDataError)
    told = hold_out(place, "lock", "--reason", "now", *folder).exception
    assert isinstance(told, InputError)
    assert "empty" in told.what
