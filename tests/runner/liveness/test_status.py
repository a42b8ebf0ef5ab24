"""What a page says of a job's liveness, from files that another version may have written."""

from __future__ import annotations

import json

from core.vocabulary import JobKind, JobState, Liveness
from tests.expected import present
from tests.runner.place import Place, ticking, wait_for

WRITTEN = (
    {"least": 60.0, "floor": 1},
    {"least": 60.0},
    {"hours": "two"},
    {"gaps": None},
    [1],
    None,
)


def test_the_limits_of_another_version_are_read_as_far_as_they_go(place: Place) -> None:
    service = place.service(liveness_s=0.05)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    path = place.folder(job) / "pulse.json"
    wait_for(ticking(service, lambda: path.exists()))
    service.close()
    pulse = json.loads(path.read_text())
    for limits in WRITTEN:
        path.write_text(json.dumps(pulse | {"limits": limits}))
        assert present(place.lead.pulse(job.id)).liveness is Liveness.WORKING
