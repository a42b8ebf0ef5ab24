"""Jobs: a person says that the machine of an unreachable job is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.engine_words import EngineWords
from core.language import literal
from core.ledger_bodies import MachineGone
from core.liveness import Limits, Pulse
from core.vocabulary import EngineState, Liveness, Role
from runner.liveness.progress import ProgressSignals, write_pulse
from runner.processes.procfs import boot_id
from tests.dashboard.place import LAUNCH, Place, button, keyed

if TYPE_CHECKING:
    from runner.records import Job

AWAY = EngineWords(
    "Ray", EngineState.UNREACHABLE, literal("no answer"), 90.0, 90.0, True, "node7", None, 15.0
)
SAVE = ":machine-gone:0:save"


def out_of_sight(place: Place, words: EngineWords = AWAY) -> Job:
    place.week()
    job = place.begin(LAUNCH)
    signs = ProgressSignals(at=0.0, boot=boot_id())
    pulse = Pulse(Liveness.UNREACHABLE, ())
    write_pulse(place.home.attempt(job.id, 1), signs, Limits(), pulse, 0, words)
    return job


def said(place: Place) -> list[MachineGone]:
    lines = place.client().activity(None)
    return [line.body for line in lines if isinstance(line.body, MachineGone)]


def test_it_is_said_with_a_reason_and_in_the_ledger(place: Place) -> None:
    job = out_of_sight(place)
    test = place.draw("jobs", Role.ENGINEER)
    assert not test.exception
    button(test, f"job:{job.id}{SAVE}").click().run()
    assert "Give a reason." in test.error[0].value
    (reason,) = keyed(test.text_area, f"job:{job.id}:machine-gone:0:reason")
    reason.set_value("It was sent back.")
    button(test, f"job:{job.id}{SAVE}").click().run()
    assert not test.exception
    assert said(place) == [
        MachineGone(job_id=job.id, number=1, host="node7", reason="It was sent back.")
    ]


@pytest.mark.parametrize(
    ("words", "role"),
    [(replace(AWAY, shim_age=-1e9), Role.LEAD), (AWAY, Role.VIEWER)],
    ids=["its shim speaks", "a viewer"],
)
def test_it_cannot_be_said_while_the_shim_speaks_or_without_the_right(
    place: Place, words: EngineWords, role: Role
) -> None:
    out_of_sight(place, words)
    test = place.draw("jobs", role)
    (ask,) = (each for each in test.get("popover") if "machine is gone" in each.proto.popover.label)
    assert ask.proto.popover.disabled


def test_it_is_not_offered_where_the_engine_answers(place: Place) -> None:
    out_of_sight(place, replace(AWAY, state=EngineState.RUNNING))
    test = place.draw("jobs")
    assert not [each for each in test.button if "machine-gone" in (each.key or "")]
