"""What facts are taken from is read once, whatever is written or logged meanwhile."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.vocabulary import JobKind, JobState, Verdict
from runner.home.filesystem import folder_bytes
from runner.week.agenda import agenda
from runner.week.facts import gather
from runner.week.sources import Sources
from tests.dashboard.reads import counted
from tests.event_files import append_events, write_events
from tests.expected import present
from tests.runner.place import LAUNCH, Place

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

REWARD = "rollout/ep_rew_mean"


def stand_at(place: Place, moment: datetime) -> None:
    place.lead.record_clock_point(place.week.id, place.lead.now(), moment, 0.0)


def test_facts_of_every_slot_take_no_further_read_of_the_store(place: Place) -> None:
    stand_at(place, LAUNCH)
    service = place.service()
    place.until(service, place.submit(JobKind.TRAIN))
    service.close()
    stand_at(place, LAUNCH + timedelta(days=5))
    with counted() as read:
        sources = Sources.of(place.lead, place.week)
    assert read.transactions == 1
    with counted() as derived:
        for slot in place.week.playbook.schedule:
            gather(sources, slot.at(LAUNCH))
        gather(sources)
        agenda(sources)
    assert (derived.transactions, derived.statements) == (0, [])


def test_facts_of_an_earlier_read_stay_as_they_were(place: Place) -> None:
    stand_at(place, LAUNCH)
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    started = present(job.started_at)
    begun = started.timestamp()
    path = write_events(
        place.home.run_attempt(present(job.run), 1), {REWARD: [(100, begun + 0.1, 1.0)]}
    )
    place.lead.now = lambda: started + timedelta(seconds=30)
    sources = Sources.of(place.lead, place.week)
    before = gather(sources)
    append_events(path, {REWARD: [(200, begun + 0.2, 2.0)]})
    place.lead.open_incident(place.week.id, "performance", "The reward is flat.")
    place.lead.tick(place.week.id, "hourly_1", "speed", "", Verdict.PASS, "1")
    again = gather(sources)
    assert again.open_incidents == before.open_incidents == ()
    assert present(present(again.run).reader).series(REWARD).step.tolist() == [100]
    assert sources.records.ticks == ()
    later = gather(Sources.of(place.lead, place.week))
    assert later.open_incidents == ("performance",)
    assert present(present(later.run).reader).series(REWARD).step.tolist() == [100, 200]
    service.close()


def test_results_and_progress_are_those_of_the_newest_attempt(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.PREFLIGHT, result={"ok": True, "checks": []}))
    service.close()
    sources = Sources.of(place.lead, place.week)
    assert sources.result(job) == place.lead.result(job.id)
    assert sources.progress(job) == place.lead.progress(job.id)
    assert sources.output_tail(job, 5) == place.lead.output_tail(job.id, 5)
    waiting = place.submit(JobKind.BACKUP)
    assert sources.result(waiting) is None
    assert sources.output_tail(waiting, 5) == ""


def test_a_folder_that_goes_while_its_size_is_summed_counts_as_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "best_model.zip").write_bytes(b"x" * 100)
    going = tmp_path / "checkpoints" / ".12000.7.partial"
    going.mkdir(parents=True)
    (going / "model.zip").write_bytes(b"x" * 50)
    real = os.scandir

    def scandir(path: Any) -> Any:
        if os.fspath(path).endswith(".partial"):
            raise FileNotFoundError(2, "No such file or directory", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert folder_bytes(tmp_path) == 100
    assert folder_bytes(tmp_path / "nothing") is None
