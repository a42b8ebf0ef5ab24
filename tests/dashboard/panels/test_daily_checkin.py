"""The daily check-in: the written record beside the live readings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks.daily import daily_summary, write_daily_summary
from core.vocabulary import JobKind
from runner.week.facts import gather
from runner.week.sources import Sources
from tests.dashboard.place import LAUNCH, Place, button, text_of
from tests.expected import present

if TYPE_CHECKING:
    from core.language import Language

DAY = date(2026, 2, 24)
OTHER_TIMES = """
id: early
extends: phase4
checks:
  reward_trend:
    window_minutes: 90
schedule:
  - id: daily_1
    time: "09:15"
  - id: anomaly_1
    time: "15:45"
"""


@pytest.fixture
def morning(place: Place) -> Place:
    place.watch(hours=20)
    place.now = LAUNCH + timedelta(hours=20, minutes=5)
    return place


def test_a_missing_record_is_said_and_can_be_made(morning: Place) -> None:
    test = morning.draw("daily_checkin")
    assert not test.error
    assert "No summary for 24 Feb 2026" in text_of(test)
    button(test, "daily:2026-02-24:run").click().run()
    job = morning.client().latest_job(JobKind.DAILY_CHECK)
    assert job is not None
    assert job.params == {"date": "2026-02-24"}
    assert "Requested: **Daily check**" in text_of(test)
    assert "The runner is not running" in text_of(test)


def test_a_second_click_finds_the_first_job(morning: Place) -> None:
    test = morning.draw("daily_checkin")
    button(test, "daily:2026-02-24:run").click().run()
    button(test, "daily:2026-02-24:run").click().run()
    assert "Already in progress, started by some lead" in text_of(test)
    assert len(morning.client().jobs(JobKind.DAILY_CHECK)) == 1


def test_a_half_written_record_is_said(morning: Place) -> None:
    path = morning.home.daily_summary(DAY)
    path.parent.mkdir(parents=True)
    path.write_text('{"date": "2026-02-24", "training_st')
    text = text_of(morning.draw("daily_checkin"))
    assert "incomplete or damaged" in text


def test_the_written_numbers_stand_beside_the_live_ones(morning: Place) -> None:
    client = morning.client()
    week = present(client.active_week())
    facts = gather(Sources.of(client, week), week.playbook.slot("daily_1").at(LAUNCH))
    write_daily_summary(morning.home.daily_summary(DAY), daily_summary(week.playbook, DAY, facts))
    test = morning.draw("daily_checkin")
    assert not test.error
    shown = test.table[0].value
    rows = dict(
        zip(shown.iloc[:, 0], zip(shown.iloc[:, 1], shown.iloc[:, 2], strict=True), strict=True)
    )
    written, now = rows[":gray[kl\\_divergence\\_last]"]
    assert written == now == "0.0060"
    assert "logs/ppo_training/daily_summaries/2026-02-24.json" in text_of(test)


def test_the_second_check_shows_the_manuals_evidence(morning: Place) -> None:
    log = morning.home.training_log
    log.parent.mkdir(parents=True)
    log.write_text("\n".join(f"2026-02-24T09:00:00Z [INFO] line {i}" for i in range(150)))
    test = morning.draw("daily_checkin")
    tail = next(c.value for c in test.code if "line 149" in c.value)
    assert len(tail.splitlines()) == 100
    trends = next(f.value for f in test.table if "From step" in f.value)
    reward = trends[trends["Tag"] == r"rollout/ep\_rew\_mean"].iloc[0]
    # Over two hours there are too few blocks of 100 episodes: judged, and shown, over a longer part.
    first, last = (float(reward[name].replace(",", "")) for name in ("First value", "Last value"))
    assert (last > first) == (reward["Trend"] == "Increasing"), reward.to_dict()
    assert any("models/ppo" in metric.label for metric in test.metric)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Second check at 15:45 UTC", "Only if the 09:15 UTC", "over the last 1.5 h")),
        (
            "pt",
            ("Segunda checagem às 15:45 UTC", "Só se a checagem das 09:15 UTC", "últimas 1,5 h"),
        ),
    ],
)
def test_the_times_that_the_page_names_are_the_playbooks(
    place: Place, language: Language, said: tuple[str, ...]
) -> None:
    path = place.home.root / "own.yaml"
    path.write_text(OTHER_TIMES)
    place.watch(hours=19, playbook_path=path)
    place.now = LAUNCH + timedelta(hours=19)
    text = text_of(place.draw("daily_checkin", language=language))
    for sentence in said:
        assert sentence in text
    assert "10:00" not in text
    assert "16:00" not in text
