"""What was read up to one position: every read agrees, whatever the files do meanwhile."""

from __future__ import annotations

from core.telemetry import RunEvents, RunReader
from core.telemetry.readings import last_reward, pace_series
from tests.event_files import append_events, write_events
from tests.expected import present

REWARD, KL = "rollout/ep_rew_mean", "train/approx_kl"


def line(first: int, last: int, wall: float, value: float) -> list[tuple[int, float, float]]:
    return [(step, wall + step / 10, value) for step in range(first, last + 1, 10)]


def reported(events: RunEvents) -> tuple:
    """Everything that may be asked of a run."""
    series = [events.series(tag, stitched=False) for tag in events.tags()]
    stitched = [events.series(tag) for tag in events.tags()]
    until = [events.series(tag, until=1e9) for tag in events.tags()]
    return (
        [(s.tag, s.step.tolist(), s.wall.tolist(), s.value.tolist()) for s in series],
        [(s.step.tolist(), s.value.tolist()) for s in stitched + until],
        (events.last_event(), events.first_wall, events.attempts, events.files, events.problems),
        (last_reward(events), pace_series(events).step.tolist()),
    )


def test_a_refresh_changes_nothing_of_what_was_taken_before(tmp_path):
    path = write_events(tmp_path / "1", {REWARD: line(10, 100, 1000.0, 1.0)})
    reader = RunReader(tmp_path)
    reader.refresh()
    events = reader.events()
    before = reported(events)
    append_events(path, {REWARD: line(110, 5000, 1000.0, 2.0), KL: line(110, 5000, 1000.0, 0.1)})
    reader.refresh()
    assert reported(events) == before
    write_events(tmp_path / "2", {REWARD: line(50, 60, 3000.0, 3.0)})
    path.unlink()
    reader.refresh()
    assert reported(events) == before
    assert present(reader.events().last_event()).wall == 3006.0


def test_events_are_the_same_object_until_there_is_more_to_read(tmp_path):
    path = write_events(tmp_path, {REWARD: line(10, 100, 1000.0, 1.0)})
    reader = RunReader(tmp_path)
    reader.refresh()
    first = reader.events()
    reader.refresh()
    assert reader.events() is first
    append_events(path, {REWARD: line(110, 120, 1000.0, 1.0)})
    reader.refresh()
    assert reader.events() is not first


def test_an_earlier_position_may_be_asked_after_a_later_one_was(tmp_path):
    """Both share the curve that is stitched over the attempts."""
    write_events(tmp_path / "1", {REWARD: line(10, 100, 1000.0, 1.0)})
    path = write_events(tmp_path / "2", {REWARD: line(60, 80, 2000.0, 2.0)})
    reader = RunReader(tmp_path)
    reader.refresh()
    earlier = reader.events()
    append_events(path, {REWARD: line(90, 200, 2000.0, 3.0)})
    reader.refresh()
    later = reader.events()
    whole = list(range(10, 201, 10))
    assert later.series(REWARD).step.tolist() == whole
    assert earlier.series(REWARD).step.tolist() == whole[:8]
    append_events(path, {REWARD: line(210, 220, 2000.0, 3.0)})
    reader.refresh()
    assert reader.events().series(REWARD).step.tolist() == [*whole, 210, 220]
