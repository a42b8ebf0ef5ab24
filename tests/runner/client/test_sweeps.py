"""What a sweep is planned to train and test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.market import load_candles
from core.market.synthetic import make_market, write_market
from core.sweep.folds import require_judged
from core.timestamps import parse_moment
from runner.outcomes import Refused
from tests.expected import present, recorded
from tests.runner.jobs.training_home import SIGNAL, START, TEST_BARS, TRAIN_BARS, make_home

if TYPE_CHECKING:
    from tests.runner.place import Place


def change_playbook(place: Place, before: str, after: str) -> None:
    """The week's playbook with another value."""
    text = place.week.playbook_text
    assert before in text
    (place.home.root / "changed.yaml").write_text(text.replace(before, after), encoding="utf-8")
    recorded(place.lead.take_playbook(place.week.id, "changed.yaml", "another recipe"))


def home_with_a_gap(place: Place) -> None:
    """Backtest data that begin 600 bars after the training data."""
    market = make_market(11, TRAIN_BARS + TEST_BARS, START, SIGNAL)
    times = market.candles.frame.index
    ends, first = (times[bar].to_pydatetime() for bar in (TRAIN_BARS, TRAIN_BARS + 600))
    write_market(market, place.home.train_data / "ogn.csv", before=ends)
    write_market(market, place.home.backtest_data / "ogn.csv", first=first)


@pytest.mark.parametrize("episode", [168, 338, 500])
def test_every_planned_fold_can_be_judged(place: Place, episode: int) -> None:
    if episode != 168:
        change_playbook(place, "episode_bars: 168", f"episode_bars: {episode}")
    home_with_a_gap(place)
    sweep = recorded(place.lead.start_sweep(2, 1))
    candles = load_candles(place.home.train_data)
    settings = present(place.lead.active_week()).playbook.training
    assert settings.episode_bars == episode
    (fold,) = [each for each in sweep.folds if each["number"] == 1]
    trained, tested = ([parse_moment(each) for each in fold[name]] for name in ("train", "test"))
    bars = len(candles.frame.loc[tested[0] : tested[1]])
    require_judged(trained[1], tested[0], bars, interval=candles.interval, settings=settings)


def test_a_sweep_whose_own_split_can_not_be_judged_is_refused_at_its_start(place: Place) -> None:
    """The backtest data follow the training data at once: an episode reaches into them."""
    make_home(place.home.root)
    change_playbook(place, "episode_bars: 168", "episode_bars: 338")
    refused = place.lead.start_sweep(2, 0)
    assert isinstance(refused, Refused)
    assert "of its training bars" in str(refused.reason)


def test_the_playbooks_own_number_of_steps_is_no_other(place: Place) -> None:
    make_home(place.home.root)
    usual = place.week.playbook.training.total_steps
    assert recorded(place.lead.start_sweep(2, 0, usual)).steps is None
