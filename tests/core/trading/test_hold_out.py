"""The hold-out's meter: which looks count, what they cost, and what a lock refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.trading.hold_out import HoldOuts, Lock, Look, Window, symbol_of
from core.trading.significance import needed_sharpe, probabilistic_sharpe
from tests.expected import present

OLD = Window(data="a" * 64, first="2025-01-01T00:00:00Z", last="2025-01-10T23:00:00Z", bars=240)
GROWN = Window(data="b" * 64, first="2025-01-01T00:00:00Z", last="2025-01-15T23:00:00Z", bars=360)
LATER = Window(data="c" * 64, first="2025-02-01T00:00:00Z", last="2025-02-10T23:00:00Z", bars=240)


def look(model: str, window: Window = OLD, by: str = "Ana") -> Look:
    return Look(by=by, at="2025-01-20T10:00:00Z", job=f"job-{model}", model=model, window=window)


def test_a_file_that_grew_is_the_same_hold_out_and_only_its_new_bars_are_fresh():
    meter = HoldOuts((look("m1"), look("m2", by="Bo"))).meter(GROWN, "m3", None, 0.8)
    assert (len(meter.looks), meter.models, meter.fresh_bars) == (2, 3, 120)
    assert meter.people() == {"Ana": 1, "Bo": 1}


def test_bars_that_came_later_are_untouched():
    meter = HoldOuts((look("m1"),)).meter(LATER, "m1", None, 0.8)
    assert (meter.looks, meter.models, meter.fresh_bars) == ((), 1, 240)


def test_the_same_model_again_is_a_look_but_no_further_chance_of_luck():
    kept = HoldOuts((look("m1"), look("m1")))
    assert kept.meter(OLD, "m1", None, 0.8).models == 1
    assert kept.meter(OLD, "m1", None, 0.8).fresh_bars == 0


def test_each_model_raises_the_sharpe_that_counts():
    needed = [
        present(
            HoldOuts(tuple(look(f"m{n}") for n in range(models)))
            .meter(OLD, "new", None, 0.8)
            .needed_sharpe
        )
        for models in (0, 1, 10, 50)
    ]
    assert needed == sorted(needed)
    assert needed[-1] > needed[0] + 5.0  # ten days: luck alone has a standard error of 6


@pytest.mark.parametrize(("skew", "kurtosis"), [(0.0, 3.0), (-1.5, 9.0), (1.0, 20.0)])
def test_the_needed_ratio_is_the_one_whose_psr_is_the_limit(skew: float, kurtosis: float):
    found = present(needed_sharpe(0.05, 0.8, 500, skew, kurtosis))
    assert probabilistic_sharpe(found, 0.05, 500, skew, kurtosis) == pytest.approx(0.8, abs=1e-9)


def test_a_locked_window_refuses_and_an_opened_one_allows_one_look():
    locked = Lock(OLD, "Ana", "for Friday")
    reason, remedy = present(HoldOuts((), (locked,)).refusal(GROWN))
    assert "Ana" in reason
    assert "for Friday" in reason
    assert "opens" in remedy
    assert HoldOuts((), (locked,)).refusal(LATER) is None
    opened = replace(locked, opened_by="Ana")
    assert HoldOuts((), (opened,)).refusal(GROWN) is None
    spent = HoldOuts((), (replace(opened, spent="reval-7"),))
    assert "reval-7" in present(spent.refusal(GROWN))[0]
    assert spent.state(GROWN) == "spent"


def test_a_window_without_a_range_is_known_by_its_hash_alone():
    bare = Window(data=OLD.data)
    assert bare.overlaps(OLD)
    assert not bare.overlaps(GROWN)


def test_windows_of_two_symbols_share_no_bar_and_an_unknown_one_may():
    ogn, btc = (
        OLD.model_copy(update={"symbol": name, "data": name}) for name in ("OGNUSDT", "BTCUSDT")
    )
    assert not ogn.overlaps(btc)
    assert ogn.overlaps(OLD)
    assert OLD.overlaps(btc)
    renamed = ogn.model_copy(update={"symbol": "BTCUSDT"})
    assert ogn.overlaps(renamed)  # the same candles, whatever their symbol is called
    locked = Lock(ogn, "Ana", "for Friday")
    assert HoldOuts((), (locked,)).refusal(btc) is None
    assert HoldOuts((look("m1", ogn),)).meter(btc, "m2", None, 0.8).models == 1


def test_a_symbol_counts_only_where_the_files_name_it():
    assert symbol_of(("OGNUSDT",), "OGNUSDT") == "OGNUSDT"
    assert symbol_of((), "OGNUSDT") is None
    assert symbol_of((), None) is None
    assert symbol_of(("BTCUSDT",), "OGNUSDT") is None
    assert symbol_of(("BTCUSDT", "OGNUSDT"), "OGNUSDT") is None


def test_it_reads_back_as_it_was_handed_to_the_program():
    kept = HoldOuts((look("m1"),), (Lock(OLD, "Ana", "x", opened_by="Bo", spent="j"),))
    assert HoldOuts.of(kept.as_dict()) == kept


def test_a_sweep_of_twenty_counts_as_twenty_models():
    swept = look("sweep").model_copy(update={"model": None, "tries": 20})
    one = HoldOuts((swept,)).meter(OLD, "new", None, 0.8)
    many = HoldOuts(tuple(look(f"m{n}") for n in range(20))).meter(OLD, "new", None, 0.8)
    assert (one.models, one.needed_sharpe) == (many.models, many.needed_sharpe)
    assert one.models == 21
