"""The run now: five numbers, each with its limit, source and age; a missed limit is marked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.checks.case import SIGNS
from core.diagnosis.trend import reward_trend
from core.language import Message, said
from core.metrics.conventions import meets_limit
from core.reading import LATEST
from core.state_words import WORDS
from core.telemetry.drawn_series import speed_series
from core.telemetry.readings import known_series, pace_series, time_remaining_range
from core.vocabulary import FindingStatus, Severity, TrainingStatus, Trend, Verdict
from dashboard.components import tiles
from dashboard.components.charts import KL, REWARD, SHARPE
from dashboard.components.markup import small, tinted
from dashboard.components.reading_text import aged_text, window_text
from dashboard.components.states import look
from dashboard.figures.palette import BLUE
from dashboard.figures.sparkline import sparkline
from dashboard.formatting import NONE, number
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.playbook import Playbook
    from core.reading import Reading
    from core.telemetry.series import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

SPEED = Message("Speed")
SPARK_POINTS = 60
_UP, _DOWN = "arrow_upward", "arrow_downward"
_TREND_ARROWS = {Trend.INCREASING: _UP, Trend.DECREASING: _DOWN}


def show(page: Page, snapshot: Snapshot) -> None:
    """Five tiles: reward, KL, steps, speed and validation Sharpe, each with its limit or trend."""
    say, seen, run = page.say, snapshot.readings, snapshot.run
    playbook = snapshot.week.limits  # none for a run that is only watched
    slowest = None if playbook is None else playbook.training.min_steps_per_second
    shown = [
        _reward(page, snapshot, seen.get("last_reward")),
        _tile(
            page, snapshot, KL, seen.get("kl"), "train/approx_kl",
            _limit(page, playbook, "kl_divergence"),
            state=_missed(snapshot, seen.get("kl"), "kl_divergence", "kl_explosion"),
        ),
        _steps(page, snapshot, seen.get("step")),
        _tile(
            page, snapshot, SPEED, seen.get("steps_per_second"), None,
            "" if slowest is None else say("limit ≥ {limit:,.0f}", limit=slowest),
            spark=_thin(speed_series(run.reader, snapshot.shown_until)) if run and run.reader else None,
            state=_slow(snapshot, seen.get("steps_per_second")),
            soon=say("unknown until the first event") if snapshot.resumed else "",
        ),
        _tile(
            page, snapshot, SHARPE, seen.get("validation_sharpe"), "eval/sharpe",
            _limit(page, playbook, "sharpe_estimate"),
            state=_missed(snapshot, seen.get("validation_sharpe"), "sharpe_estimate"),
        ),
    ]  # fmt: skip
    tiles.draw(shown, "tiles-run")


def missed_limits(snapshot: Snapshot) -> list[Message]:
    """The names of the tiles that are marked: their numbers miss a limit now."""
    seen = snapshot.readings
    marks = (
        (REWARD, _missed(snapshot, seen.get("last_reward"), "reward_positive")),
        (KL, _missed(snapshot, seen.get("kl"), "kl_divergence", "kl_explosion")),
        (SPEED, _slow(snapshot, seen.get("steps_per_second"))),
        (SHARPE, _missed(snapshot, seen.get("validation_sharpe"), "sharpe_estimate")),
    )
    return [name for name, mark in marks if mark is not None]


def _limit(page: Page, playbook: Playbook | None, check: str) -> str:
    """The limit of a check; nothing if the playbook has no such check."""
    spec = None if playbook is None else playbook.checks.get(check)
    if spec is None:
        return ""
    return page.say("limit {op} {limit:g}", op=SIGNS.get(spec.op, spec.op), limit=spec.threshold)


def _missed(
    snapshot: Snapshot, reading: Reading | None, check: str, scenario: str | None = None
) -> Severity | None:
    """How a reading that misses the limit of a check is marked; None: it does not miss it.

    :param scenario: the finding that judges it by evidence. While it is quiet, a missed line of
        the manual is no alarm.
    """
    limits = snapshot.week.limits
    if limits is None:  # a run that is only watched
        return Severity.CRITICAL if scenario and _fires(snapshot, scenario) else None
    spec = limits.checks.get(check)
    if reading is None or spec is None or not isinstance(spec.threshold, int | float):
        return None
    if meets_limit(float(reading.number), spec.op, float(spec.threshold)):
        return None
    return Severity.CRITICAL if scenario is None or _fires(snapshot, scenario) else Severity.WARNING


def _slow(snapshot: Snapshot, reading: Reading | None) -> Severity | None:
    """How a speed below the playbook's minimum is marked."""
    limits = snapshot.week.limits
    if reading is None:
        return None
    if limits is not None and float(reading.number) >= limits.training.min_steps_per_second:
        return None
    if _fires(snapshot, "slowdown"):
        return Severity.CRITICAL
    return None if limits is None else Severity.WARNING


def _fires(snapshot: Snapshot, scenario: str) -> bool:
    return any(
        finding.scenario == scenario and finding.status is FindingStatus.FIRING
        for finding in snapshot.findings
    )


def _reward(page: Page, snapshot: Snapshot, reading: Reading | None) -> list[str]:
    label = Trend.INSUFFICIENT
    if snapshot.run and snapshot.run.reader:
        label = reward_trend(
            snapshot.run.reader, snapshot.shown_until, snapshot.real_window(snapshot.trend_window)
        ).label
    words, arrow = page.say(WORDS[Trend][label]), _TREND_ARROWS.get(label, "")
    state = _missed(snapshot, reading, "reward_positive")
    if state is not None:  # the limit that was missed, as the other tiles say it
        words, arrow = _limit(page, snapshot.week.limits, "reward_positive"), ""
    if _fires(snapshot, "collapse"):  # a trend measured from the bottom says nothing good
        words, arrow, state = page.say("Collapsed"), _DOWN, Severity.CRITICAL
    return _tile(
        page, snapshot, REWARD, reading, "rollout/ep_rew_mean", words, arrow, state=state,
    )  # fmt: skip


def _steps(page: Page, snapshot: Snapshot, reading: Reading | None) -> list[str]:
    say, run = page.say, snapshot.run
    total = number(run.total_steps) if run else "–"
    left = snapshot.readings.get("time_remaining")
    only_watched = snapshot.week.only_watched  # how many steps it wants is not known
    note = "" if only_watched else say("of {total}", total=total)
    soon = ""
    if snapshot.resumed:
        soon = say(snapshot.resumed)
    elif snapshot.status is TrainingStatus.COMPLETED:
        soon = say("all steps done")
    elif snapshot.status is TrainingStatus.RUNNING and snapshot.stale:
        soon = say("no progress: end unknown")
    elif (
        run is not None
        and not only_watched
        and run.reader is not None
        and left is not None
        and left.at is not None
        and snapshot.status is TrainingStatus.RUNNING
    ):

        def at(seconds: float, since: datetime = left.at) -> datetime:
            return snapshot.clock.to_week(since + timedelta(seconds=seconds))

        end = at(left.number)
        between = time_remaining_range(run.reader, run.total_steps, snapshot.shown_until)
        times = f"{end:%H:%M}"
        if between is not None:
            first, last = (at(seconds) for seconds in between)
            times += f" ({first:%H:%M}–{last:%H:%M})"
        soon = say("ETA {time}", time=f"{page.viewer.day(end)} {times} UTC")
    spark = (
        _thin(pace_series(run.reader, snapshot.shown_until), "step") if run and run.reader else None
    )
    return _tile(page, snapshot, Message("Steps"), reading, None, note, spark=spark, soon=soon)


def _tile(
    page: Page,
    snapshot: Snapshot,
    label: Message,
    reading: Reading | None,
    tag: str | None,
    note: str,
    arrow: str = "",
    spark: list[float] | None = None,
    soon: str = "",
    state: Severity | None = None,
) -> list[str]:
    """One tile: a number with its comparison, its curve, and its window, age and source.

    :param note: Markdown of what the number is compared with.
    :param arrow: icon before the note.
    :param state: how a missed limit is marked, by icon and colour of name and limit.
    """
    say = page.say
    name, colour = say(label), "gray"
    if state is not None:
        seen = look(Verdict.FAIL if state is Severity.CRITICAL else Verdict.WARN)
        name, colour = tinted(name, seen.colour, seen.icon), seen.colour
    shown = [name, tiles.value(say.raw(number(reading.value)) if reading else NONE)]
    if note:
        shown.append(tinted(note, f"{colour}-badge", arrow))
    if (curve := spark or _spark(snapshot, tag)) is not None:
        between = say.raw(
            "{name}: from {first} to {last}, between {low} and {high}",
            name=say.raw(label),
            first=number(curve[0]),
            last=number(curve[-1]),
            low=number(min(curve)),
            high=number(max(curve)),
        )
        shown.append(tiles.picture(sparkline(curve, BLUE), between))
    old = "" if reading is None else aged_text(page, snapshot, snapshot.age(reading))
    window = "" if reading is None else _window(page, reading)
    source = "" if reading is None else _source(page, reading)
    if words := [part for part in (window, old, soon, source) if part]:
        shown.append(small(" · ".join(words)))
    return shown


def _window(page: Page, reading: Reading) -> str:
    """What the number was taken over: the pages show the same metric over several windows."""
    return "" if reading.window == LATEST else window_text(page, reading.window)


def _source(page: Page, reading: Reading) -> str:
    return plain(said(reading.source, page.viewer.language).rpartition("/")[2])


def _spark(snapshot: Snapshot, tag: str | None) -> list[float] | None:
    if tag is None or snapshot.run is None or snapshot.run.reader is None:
        return None
    return _thin(known_series(snapshot.run.reader, tag, snapshot.shown_until))


def _thin(series: Series, axis: str = "value") -> list[float] | None:
    """Enough points for a sparkline; None for too few."""
    series = series.finite()
    if len(series) < 2:
        return None
    chosen = np.linspace(0, len(series) - 1, min(SPARK_POINTS, len(series))).astype(int)
    return [float(value) for value in getattr(series, axis)[chosen]]
