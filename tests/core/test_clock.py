from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import Clock, ClockPoint
from core.errors import IntegrityError

REAL = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = datetime(2026, 2, 23, 14, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def clock(*points: tuple[float, float, float]) -> Clock:
    """Points as (real seconds, week seconds, pace) after the two beginnings."""
    return Clock(tuple(ClockPoint(REAL + seconds(r), WEEK + seconds(w), p) for r, w, p in points))


def test_in_real_life_week_time_is_real_time() -> None:
    assert Clock().is_identity
    assert Clock().to_week(REAL) == Clock().to_real(REAL) == REAL
    assert Clock().pace(REAL) == 1.0


def test_behind_the_last_point_the_week_runs_at_its_pace() -> None:
    fast = clock((0, 0, 1920.0))
    assert fast.to_week(REAL + seconds(2)) == WEEK + seconds(3840)
    assert fast.to_real(WEEK + seconds(3840)) == REAL + seconds(2)
    assert fast.pace(REAL + seconds(5)) == 1920.0


def test_between_two_points_the_map_is_their_straight_line() -> None:
    paced = clock((0, 0, 5.0), (10, 1000, 0.0))
    assert paced.to_week(REAL + seconds(5)) == WEEK + seconds(500)
    assert paced.to_real(WEEK + seconds(500)) == REAL + seconds(5)
    assert paced.pace(REAL + seconds(5)) == pytest.approx(100.0)


def test_before_the_first_point_the_week_runs_at_the_real_pace() -> None:
    fast = clock((0, 0, 60.0))
    assert fast.to_week(REAL - seconds(30)) == WEEK - seconds(30)
    assert fast.to_real(WEEK - seconds(30)) == REAL - seconds(30)


def test_a_held_clock_never_comes_further() -> None:
    held = clock((0, 0, 1.0), (10, 100, 0.0))
    assert held.to_week(REAL + seconds(500)) == WEEK + seconds(100)
    assert held.to_real(WEEK + seconds(101)) is None
    assert held.pace(REAL + seconds(500)) == pytest.approx(10.0)  # over its last segment


def test_a_clock_that_stood_still_gives_the_first_real_moment() -> None:
    stood = clock((0, 0, 0.0), (10, 0, 0.0), (20, 100, 1.0))
    assert stood.to_real(WEEK) == REAL
    assert stood.to_real(WEEK + seconds(50)) == REAL + seconds(15)


@pytest.mark.parametrize(
    "points",
    [
        [(0, 100, 1.0), (10, 50, 1.0)],  # week time falls
        [(10, 0, 1.0), (5, 50, 1.0)],  # real time falls
        [(0, 0, 1.0), (0, 10, 1.0)],  # two week moments at once
        [(0, 0, -1.0)],
    ],
)
def test_a_clock_that_runs_backwards_is_refused(points) -> None:
    with pytest.raises(IntegrityError):
        clock(*points)


def test_a_new_point_never_turns_the_week_back() -> None:
    fast = clock((0, 0, 60.0))
    with pytest.raises(IntegrityError, match="is already"):
        fast.with_point(REAL + seconds(10), WEEK + seconds(599))
    on = fast.with_point(REAL + seconds(10), WEEK + seconds(900), pace=1.0)
    assert on.to_week(REAL + seconds(5)) == WEEK + seconds(450)
    assert fast.to_week(REAL + seconds(5)) == WEEK + seconds(300)  # the old one is unchanged


def test_durations_are_measured_over_the_segments_they_span() -> None:
    paced = clock((0, 0, 1.0), (10, 1000, 2.0))
    assert paced.week_duration(REAL + seconds(5), REAL + seconds(20)) == seconds(520)


steps = st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 100_000)), min_size=1, max_size=8)


@given(steps, st.integers(-5_000, 100_000), st.integers(0, 10_000), st.floats(0, 5_000))
def test_week_time_never_falls_and_maps_back_to_the_same_week_moment(
    moves, at, later, pace
) -> None:
    points, real, week = [], 0, 0
    for real_step, week_step in moves:
        points.append((real, week, pace))
        real, week = real + real_step, week + week_step
    made = clock(*points)
    here, there = REAL + seconds(at), REAL + seconds(at + later)
    assert made.to_week(here) <= made.to_week(there)
    back = made.to_real(made.to_week(here))
    # A microsecond of week time, the finest there is, lasts long at a slow pace.
    longest = min(1e-6 / pace, 1e6) if pace else 0.0
    assert back is not None
    assert back <= here + seconds(1e-3 + longest)
    # to the clock's resolution: a microsecond of real time at its fastest segment
    finest = seconds(max(1e-3, 2e-6 * max(1.0, pace, 100_000.0)))
    assert abs(made.to_week(back) - made.to_week(here)) <= finest
