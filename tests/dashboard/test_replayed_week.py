"""``?at=`` replayed for every moment of a lived week says what its pages said then, to the letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.people import RUNNER
from core.vocabulary import Verdict
from dashboard.data.services import Services
from runner.client.past import Past
from runner.home.runner_identity import read_identity
from runner.recovery.restore import restore_store
from runner.store.backup import make_backup
from tests.dashboard.lived_week import WRITTEN, LivedWeek, live_through, said
from tests.dashboard.place import LAUNCH, LEAD
from tests.dashboard.test_past_moment import past_snapshot
from tests.expected import present
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# What is not compared, and why. What pages say of the machine is as old as the runner's newest
# line; here it writes one shortly before each look.
WITHOUT_RUNNER = {
    "disk": "pages read it themselves; without a runner nobody wrote it down",
    "pulse": "the same: pages look at the process themselves",
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivedWeek]:
    with pytest.MonkeyPatch.context() as patch:
        place = LivedWeek(tmp_path_factory.mktemp("lived") / "home", patch)
        live_through(place)
        yield place


def then(place: LivedWeek, at: datetime) -> dict[str, Any]:
    snapshot = past_snapshot(place, at)
    return {} if snapshot is None else said(snapshot)


def compared(place: LivedWeek, moments: Iterable[datetime]) -> tuple[int, list[str]]:
    """How many parts were compared, and those that differ."""
    total, different = 0, []
    for at in moments:
        live, replayed = place.live[at], then(place, at)
        parts = live.keys() | replayed.keys()
        if live and not live["runner"][0]:
            parts -= WITHOUT_RUNNER.keys()
        total += len(parts)
        different += [
            f"{at} {part}\n  live {live.get(part)}\n  then {replayed.get(part)}"
            for part in sorted(parts)
            if live.get(part) != replayed.get(part)
        ]
    return total, different


def test_every_moment_says_what_was_said_then(lived: LivedWeek) -> None:
    total, different = compared(lived, lived.live)
    print(f"{len(lived.live)} moments: {total - len(different)} of {total} parts are equal")
    assert different == []
    assert total > 5000
    everything = " ".join(str(live) for live in lived.live.values())
    seen = {each for each in Verdict if f"Verdict.{each.value}" in everything}
    assert seen == {*Verdict} - {Verdict.WARN}


def test_nothing_is_known_before_the_first_line_and_the_end_stays(lived: LivedWeek) -> None:
    first = min(at for at, live in lived.live.items() if live)
    assert past_snapshot(lived, first - timedelta(microseconds=1)) is None
    last = max(lived.live)
    later = then(lived, last + timedelta(days=3))
    same = ("jobs", "ticks", "incidents", "notes", "run", "reading step")
    assert {part: later[part] for part in same} == {part: lived.live[last][part] for part in same}


def test_an_act_is_known_from_its_very_moment_on(lived: LivedWeek) -> None:
    at = LAUNCH + timedelta(hours=2)
    assert [note.text for note in then(lived, at)["notes"]] == ["shared machine"]
    assert then(lived, at - timedelta(microseconds=1))["notes"] == ()


def test_a_restored_backup_changes_no_past_moment(lived: LivedWeek) -> None:
    make_backup(lived.home, lived.now, timedelta(days=7))
    present(read_identity(lived.home))
    lived.kill_runner()
    restore_store(lived.home, None, RUNNER, lived.now + timedelta(minutes=1))
    moments = sorted(lived.live)[:-1:6]
    assert compared(lived, moments)[1] == []


def test_an_older_home_says_that_it_was_not_recorded(lived: LivedWeek) -> None:
    """Of a runner that ended without saying so; nothing becomes green by that."""
    lived.home.machine_log.unlink()
    at = LAUNCH + timedelta(hours=1)
    snapshot = present(past_snapshot(lived, at))
    assert (snapshot.disk_free, snapshot.model_bytes, snapshot.pulse) == (None, None, None)
    assert (snapshot.runner.alive, snapshot.runner.known) == (False, False)
    assert snapshot.facts.runner_alive is None
    live, replayed = lived.live[at], said(snapshot)
    changed = {
        part for part in live.keys() | replayed.keys() if live.get(part) != replayed.get(part)
    }
    assert changed == {"disk", "pulse", "runner", "check preparation system_ready"}
    ready = present(next(item for item in snapshot.items(snapshot.slot("preparation"))
                         if item.judgement.check == "system_ready"))  # fmt: skip
    assert ready.judgement.verdict is Verdict.UNKNOWN
    assert past_snapshot(lived, at - WRITTEN) is not None


def test_a_decision_that_a_later_one_replaced_is_shown_with_its_gates(tmp_path: Path) -> None:
    """The dated files are the later one's; the archive has both."""
    place = SignedPlace(tmp_path / "signed")
    try:
        place.revalidate(seed=1)
        at = datetime.now(UTC)
        live = said(present(Services(place.home, LEAD, now=lambda: at).snapshot()))
        place.sign(place.revalidate(seed=2))
        past = Past(place.client(), at)
        services = Services(place.home, LEAD, week_id=place.week.id, past=past)
        replayed = said(present(services.snapshot()))
    finally:
        place.clear()
    assert live["gates"][0] is not None
    differs = {
        part for part in live.keys() | replayed.keys() if live.get(part) != replayed.get(part)
    }
    # Its runner is this process, which lives on after the runner has ended.
    of_the_machine = ("disk", "runner", "system_ready", "concern")
    assert {part for part in differs if not any(each in part for each in of_the_machine)} == set()
