"""A twin run on its incident's card: the question with its cost, the answer, and keeping the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.ledger_bodies import JobChanged, JobColumns, JobRequested, TwinJudged
from core.vocabulary import JobKind, JobState, Role
from runner.store import Store
from tests.dashboard.place import LEAD, Place, keyed, text_of
from tests.expected import present, recorded
from tests.runner.twin_place import twin_result

if TYPE_CHECKING:
    from core.ledger_bodies import Body

JOB = "twin-a"


def write(place: Place, *bodies: Body) -> None:
    week = present(place.client().active_week())
    with Store(place.home).write() as transaction:
        for body in bodies:
            transaction.append(body, by=LEAD, at=place.now, at_week=place.now, week_id=week.id)


def request(place: Place) -> str:
    """A twin run of an open incident; returns the run's name."""
    run = present(place.train().run)
    week = present(place.client().active_week())
    opened = recorded(place.client().open_incident(week.id, "performance", "It is flat."))
    params: dict[str, Any] = {"run": run, "learning_rate": 1e-4, "incident": opened.id}
    write(place, JobRequested(job_id=JOB, job_kind=JobKind.TWIN, params=params, run=None))
    return run


def judge(place: Place, run: str, low: float, high: float) -> None:
    line = present(TwinJudged.of_result(JOB, {"twin": twin_result(run, low, high)}))
    write(place, JobChanged(job_id=JOB, job=JobColumns(state=JobState.SUCCEEDED)), line)


def test_the_form_says_what_it_costs(place: Place) -> None:
    place.train()
    week = present(place.client().active_week())
    recorded(place.client().open_incident(week.id, "performance", "It is flat."))
    text = text_of(place.draw("escalation", role=Role.ENGINEER))
    assert "The run itself is not touched and goes on" in text
    assert "Costs about" in text
    assert "Custa cerca de" in text_of(place.draw("escalation", role=Role.ENGINEER, language="pt"))


def test_one_in_progress_can_be_stopped_and_no_other_begins(place: Place) -> None:
    request(place)
    test = place.draw("escalation", role=Role.ENGINEER)
    assert "A twin run is in progress" in text_of(test)
    stop = keyed(test.button, f"twin:incident:performance:{JOB}:stop")[0]
    stop.click().run()
    assert present(place.client().job(JOB)).state is JobState.QUEUED  # the runner ends it
    assert not test.exception


def test_a_better_change_is_offered_and_kept(place: Place) -> None:
    run = request(place)
    judge(place, run, 0.5, 1.5)
    test = place.draw("escalation", role=Role.ENGINEER)
    text = text_of(test).replace("\\", "")
    assert "Better with learning_rate 0.0001: reward per episode higher by 1" in text
    assert "95 % interval 0.5 to 1.5" in text
    assert "5 pairs of 80,000 steps an arm, from step 4,000" in text
    keep = [each for each in test.button if (each.key or "").endswith(":do")]
    assert [each.label for each in keep] == ["Restart with the change"]
    keep[0].click().run()
    asked = next(job for job in place.client().jobs(JobKind.TRAIN)).params
    assert asked["learning_rate"] == 1e-4
    assert "Better with learning_rate" in asked["restart"]["because"]
    viewer = place.draw("escalation", role=Role.VIEWER)
    assert all(each.disabled for each in viewer.button if (each.key or "").endswith(":do"))


def test_what_is_not_better_is_not_offered(place: Place) -> None:
    run = request(place)
    judge(place, run, -0.5, 1.5)
    test = place.draw("escalation", role=Role.ENGINEER)
    text = text_of(test)
    assert "Cannot tell:" in text
    assert "a true difference of 0.5 would be noticed in 80 %" in text
    assert not [each for each in test.button if (each.key or "").endswith(":do")]
    assert "Não dá para dizer:" in text_of(place.draw("escalation", language="pt"))
