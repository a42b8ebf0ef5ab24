"""A further run proposes another seed, and says when it would repeat an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import JobChanged, JobColumns
from core.vocabulary import JobKind, JobState
from tests.dashboard.place import Place, button, text_of
from tests.expected import present

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from runner.records import Job


def newest(place: Place) -> Job:
    return present(place.client().latest_job(JobKind.TRAIN))


def fields(test: AppTest) -> dict[str, str]:
    return {
        present(each.key).split(":")[1]: str(each.value)
        for each in test.text_input
        if (each.key or "").startswith("start:")
    }


def test_the_first_run_has_the_playbooks_settings(place: Place) -> None:
    training = place.week().playbook.training
    test = place.draw("launch")
    shown = fields(test)
    assert (shown["seed"], shown["learning_rate"], shown["ent_coef"]) == (
        str(training.seed),
        "0.0003",
        "0.001",
    )
    test.text_input(key="start:override").input("checked by hand").run()
    button(test, "start:button").click().run()
    asked = newest(place).params
    assert not {"seed", "learning_rate", "ent_coef", "note"} & set(asked)


def test_a_further_run_has_a_seed_of_its_own_and_a_note(place: Place) -> None:
    job = place.train()
    ended = JobColumns(state=JobState.SUCCEEDED, ended_at=place.now)
    place.record_of_job(JobChanged(job_id=job.id, job=ended))
    seed = present(place.client().active_week()).playbook.training.seed
    test = place.draw("launch")
    assert fields(test)["seed"] == str(seed + 1)
    assert "it repeats that run" not in text_of(test)
    test.text_input(key="start:seed:1").input(str(seed)).run()
    assert f"The same seed and settings as {job.run}: it repeats that run." in text_of(test)
    test.text_input(key="start:seed:1").input("41")
    test.text_input(key="start:learning_rate:1").input("1e-4")
    test.text_input(key="start:note:1").input("slower").run()
    test.text_input(key="start:override").input("checked by hand").run()
    button(test, "start:button").click().run()
    asked = newest(place).params
    assert (asked["seed"], asked["learning_rate"], asked["note"]) == (41, 1e-4, "slower")
    assert "ent_coef" not in asked


@pytest.mark.parametrize("typed", ["fast", "0", "7", "nan", "-1e-4"])
def test_a_wrong_value_is_refused_with_its_bounds(place: Place, typed: str) -> None:
    place.week()
    test = place.draw("launch")
    test.text_input(key="start:learning_rate:0").input(typed)
    test.text_input(key="start:override").input("checked by hand").run()
    button(test, "start:button").click().run()
    assert place.client().latest_job(JobKind.TRAIN) is None
    assert "learning_rate" in test.error[0].value.replace("\\", "")
