"""Escalation: opening, working through and closing an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState, Role
from dashboard.panels.escalation import items
from tests.dashboard.place import Place, button, text_of
from tests.expected import job_of, present, recorded

if TYPE_CHECKING:
    import pytest
    from streamlit.testing.v1 import AppTest


def fill(test: AppTest, key: str, text: str) -> None:
    next(area for area in test.text_area if area.key == key).input(text).run()


def test_an_incident_is_opened_worked_and_closed(place: Place) -> None:
    week = place.watch()
    test = place.draw("escalation", role=Role.ENGINEER)
    fill(test, "incident:crash:summary", "the trainer died at step 9000")
    button(test, "incident:crash:open").click().run()
    opened = place.client().incidents(week.id, open_only=True)[0]
    assert opened.summary == "the trainer died at step 9000"
    assert "4 of 5 still open" in text_of(test), "the runner blocks the restart"

    box = f"incident:crash:{opened.id}:do:2"
    test.checkbox(key=box).check().run()
    assert place.client().incidents(week.id)[0].actions_done == (2, 4)
    assert "3 of 5 still open" in text_of(test)
    assert box not in [each.key for each in test.checkbox], "only what is to do has a box"
    assert "Done by some engineer" in text_of(test)

    assert "Actions 1, 2, 4 are open" in text_of(test)
    assert button(test, "incident:crash:close").label == "Close and skip 3 actions"
    assert button(test, "incident:crash:close").disabled, (
        "it blocks every start: the lead's to close"
    )
    test = place.draw("escalation", role=Role.LEAD)
    button(test, "incident:crash:close").click().run()
    assert place.client().incidents(week.id, open_only=True), "it takes a reason to close it"
    fill(test, "incident:crash:reason", "disk was full; freed 40 GB")
    button(test, "incident:crash:close").click().run()
    assert not place.client().incidents(week.id, open_only=True)
    assert "disk was full" in text_of(test)
    text = text_of(test)
    skipped = [line for line in text.splitlines() if "Skipped by some lead" in line]
    assert len(skipped) >= 3
    assert all("disk was full; freed 40 GB" in line for line in skipped), "the closing's reason"


def test_a_click_on_close_that_arrives_twice_says_saved(place: Place) -> None:
    week = place.week()
    opened = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    test = place.draw("escalation")
    fill(test, "incident:crash:reason", "disk was full")
    place.client().close_incident(opened.id, "disk was full")  # the first of the two
    button(test, "incident:crash:close").click().run()
    assert "Saved: incident Critical issue" in text_of(test)
    assert "are open. Closing" not in text_of(test)


def test_nothing_is_said_to_notify_people(place: Place) -> None:
    place.week()
    assert "call the people in its chain yourself" in text_of(place.draw("escalation"))
    text = text_of(place.draw("escalation", language="pt"))
    assert "acione você mesmo as pessoas da cadeia" in text


def test_a_box_that_reports_a_change_without_being_checked_marks_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    week, page = place.week(), place.page()
    opened = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    spec = week.playbook.escalation("crash")
    boxes = {"gone": False, "checked": True}
    monkeypatch.setattr(items.st, "session_state", boxes)
    for key in ("never drawn", "gone"):
        items._checked(page, spec, opened, 0, key)
    assert place.client().incidents(week.id)[0].actions_done == (0, 4)
    assert not any(key.startswith("outcome:") for key in boxes), "nothing that was said is lost"
    items._checked(page, spec, opened, 1, "checked")
    assert place.client().incidents(week.id)[0].actions_done == (0, 1, 4)


def test_a_refused_mark_leaves_the_box_empty(place: Place) -> None:
    week = place.week()
    opened = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    test = place.draw("escalation", role=Role.ENGINEER)
    place.client().close_incident(opened.id, "a colleague was faster")
    test.checkbox(key=f"incident:crash:{opened.id}:do:2").check().run()
    assert "has already closed it" in text_of(test)
    assert place.client().incidents(week.id)[0].actions_done == (0, 4)


def test_an_action_is_skipped_with_a_reason_and_done_with_a_note(place: Place) -> None:
    week = place.week()
    opened = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    test = place.draw("escalation", role=Role.ENGINEER)
    key = f"incident:crash:{opened.id}:do"
    button(test, f"{key}:1:_skip").click().run()
    assert "Skipping an action requires a reason" in text_of(test)
    fill(test, f"{key}:1:note", "there is no log yet")
    button(test, f"{key}:1:_skip").click().run()
    fill(test, f"{key}:2:note", "read the last lines")
    button(test, f"{key}:2:_do").click().run()
    text = text_of(test)
    assert "Skipped by some engineer, " in text
    assert "there is no log yet" in text
    assert "Done by some engineer, " in text
    assert "read the last lines" in text
    assert "Done by the runner, " in text
    assert "Start and automatic restarts are blocked until the incident is closed." in text
    assert [e.label for e in test.expander] == ["Done: 3 · skipped: 1"]
    assert "1 of 5 still open" in text
    viewer = place.draw("escalation", role=Role.VIEWER)
    assert viewer.checkbox(key=f"{key}:3").disabled
    portuguese = place.draw("escalation", language="pt")
    assert [e.label for e in portuguese.expander] == ["Feitos: 3 · pulados: 1"]


def test_what_is_open_stands_first(place: Place) -> None:
    week = place.watch()
    assert "No open incidents" in text_of(place.draw("escalation"))
    place.client().open_incident(week.id, "data", "a gap of three days")
    text = text_of(place.draw("escalation"))
    assert "No open incidents" not in text
    assert text.index("Data issue") < text.index("Critical issue")


def test_no_incident_is_not_said_below_a_red_alert(place: Place) -> None:
    place.week()  # without a runner, which the frame says in red
    text = text_of(place.draw("escalation"))
    assert "No open incidents" not in text
    assert "No procedure is open yet" in text


def test_an_incident_without_a_summary_is_refused(place: Place) -> None:
    week = place.week()
    test = place.draw("escalation")
    button(test, "incident:data:open").click().run()
    assert not place.client().incidents(week.id)
    assert "Summarize it in one sentence" in text_of(test)


def test_the_messages_stand_to_the_letter(place: Place) -> None:
    week = place.week()
    text = text_of(place.draw("escalation"))
    for spec in week.playbook.escalations:
        if spec.contact:
            assert f"`{spec.contact}`" in text
        if spec.log_line:
            assert f"`{spec.log_line}`" in text


def test_nothing_can_be_stopped_when_nothing_runs(place: Place) -> None:
    week = place.week()
    place.client().open_incident(week.id, "performance", "flat for three hours")
    stop = button(place.draw("escalation"), "act:incident:performance:stop")
    assert stop.disabled
    assert "No training run is in progress" in stop.help


def test_the_copy_of_the_log_that_opening_made_is_named(place: Place) -> None:
    week = place.week()
    place.home.training_log.parent.mkdir(parents=True)
    place.home.training_log.write_text("2026-02-23T14:00:00Z [ERROR] it fell over\n")
    place.client().open_incident(week.id, "crash", "it fell over")
    assert "logs/ppo_training/CRASH_backup.log" in text_of(place.draw("escalation"))
    assert place.home.crash_backup_log.is_file()


def test_a_restart_takes_another_value_and_says_what_it_does(place: Place) -> None:
    week = place.week()
    place.client().open_incident(week.id, "performance", "flat for three hours")
    job = job_of(place.client().submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    test = place.draw("escalation", role=Role.ENGINEER)
    lower = "act:incident:performance:restart_lowered_learning_rate"
    assert "Stops the run now. It has 30 s to save a checkpoint" in text_of(test)
    assert "Now 0.0003; the playbook proposes 0.0001." in text_of(test)
    for wrong in ("fast", "2", "-1"):
        test.text_input(key=f"{lower}:value").input(wrong)
        button(test, lower).click().run()
        refusal = test.error[-1].value.replace("\\", "")
        assert "learning_rate" in refusal
        assert "restart" not in present(place.client().job(job.id)).params
    test.text_input(key=f"{lower}:value").input("5e-5")
    button(test, lower).click().run()
    assert present(place.client().job(job.id)).params["learning_rate"] == 5e-5
    assert "Now 0.00005" in text_of(place.draw("escalation", role=Role.ENGINEER))


def test_a_restart_has_the_playbooks_lower_learning_rate_prefilled(place: Place) -> None:
    week = place.week()
    place.client().open_incident(week.id, "performance", "flat for three hours")
    test = place.draw("escalation", role=Role.ENGINEER)
    lower = "act:incident:performance:restart_lowered_learning_rate"
    button(test, lower).click().run()
    assert "There is no training run to restart" in text_of(test)

    job = job_of(place.client().submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    test = place.draw("escalation", role=Role.ENGINEER)
    button(test, lower).click().run()
    asked = present(place.client().job(job.id)).params
    assert asked["learning_rate"] == week.playbook.training.lowered_learning_rate == 1e-4
    assert asked["restart"]["by"] == "some engineer"
    button(test, "act:incident:performance:restart_raised_ent_coef").click().run()
    asked = present(place.client().job(job.id)).params
    assert (asked["learning_rate"], asked["ent_coef"]) == (1e-4, 0.005)
    viewer = place.draw("escalation", role=Role.VIEWER)
    assert button(viewer, lower).disabled


def test_a_crash_offers_no_restart_before_it_is_closed(place: Place) -> None:
    week = place.week()
    place.client().open_incident(week.id, "crash", "it fell over")
    test = place.draw("escalation")
    assert not [b.key for b in test.button if "restart" in present(b.key)]


def test_an_incident_of_a_completed_run_offers_no_restart_and_says_its_time(place: Place) -> None:
    job = place.train()
    week = present(place.client().active_week())
    recorded(place.client().open_incident(week.id, "performance", "The reward does not rise."))
    test = place.draw("escalation")
    assert "Restart with lower learning rate" in restarts(test)
    place.end(job, JobState.SUCCEEDED)
    test = place.draw("escalation")
    assert not restarts(test)
    text = text_of(test)
    assert "As of then: The reward does not rise." in text
    assert f"Run {job.run} has completed: it can't be stopped or restarted." in text
    assert "Naquele momento: The reward" in text_of(place.draw("escalation", language="pt"))


def restarts(test: AppTest) -> list[str]:
    """The restarts that are offered, each in a popover."""
    labels = [popover.proto.popover.label for popover in test.get("popover")]
    return [label for label in labels if label.startswith("Restart")]
