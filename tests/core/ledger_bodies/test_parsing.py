"""Lines of the ledger as models: of every kind, of older versions, and of newer ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical_json import canonical
from core.errors import IntegrityError
from core.language import Message
from core.ledger_bodies import (
    BODIES,
    ActDenied,
    AlertAcknowledged,
    AlertMarked,
    AlertRuleChanged,
    AlertRuleMade,
    AlertRuleRetired,
    AlertsSilenced,
    AttemptStarted,
    Body,
    CountersignRequested,
    DecisionFollowed,
    DecisionMade,
    DecisionReproduced,
    HandoverAccepted,
    HandoverSigned,
    HoldOutLocked,
    HoldOutOpened,
    IncidentActionSkipped,
    IncidentOpened,
    JobChanged,
    JobColumns,
    JobRequested,
    MachineGone,
    ModelChosen,
    PlaybookTaken,
    ProcessColumns,
    SessionsRevoked,
    ShiftRemoved,
    ShiftSet,
    ShiftTaken,
    SignedIn,
    SignedOut,
    SilenceEnded,
    SweepResumed,
    SweepStarted,
    SweepStopped,
    Ticked,
    TickWithdrawn,
    TokenMade,
    TokensRevoked,
    TrialScored,
    TwinJudged,
    UnknownBody,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekMended,
    WeekUnarchived,
    parse_body,
    readable_body,
)
from core.timestamps import parse_moment
from core.vocabulary import JobKind, JobState
from tests.core.ledger_bodies.strategies import bodies

# Lines of a data directory of November 2026, one job of a kind, renumbered; its playbook is cut.
NOVEMBER = Path(__file__).with_name("november.jsonl")
NEWER: set[type[Body]] = {
    CountersignRequested,
    DecisionFollowed,
    DecisionReproduced,
    ModelChosen,
    HoldOutLocked,
    HoldOutOpened,
    IncidentActionSkipped,
    SignedIn,
    SignedOut,
    SessionsRevoked,
    TokenMade,
    TokensRevoked,
    ActDenied,
    PlaybookTaken,
    WeekMended,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekUnarchived,
    AlertsSilenced,
    SilenceEnded,
    AlertAcknowledged,
    TickWithdrawn,
    ShiftSet,
    ShiftTaken,
    ShiftRemoved,
    HandoverSigned,
    HandoverAccepted,
    AlertMarked,
    AlertRuleMade,
    AlertRuleChanged,
    AlertRuleRetired,
    SweepStarted,
    SweepStopped,
    SweepResumed,
    TrialScored,
    TwinJudged,
    MachineGone,
}  # kinds and actions that came after those lines
UPDATE = "A newer version of trainweek wrote it. Update trainweek, then retry."
TICK = {
    "slot": "hourly_1",
    "check": "reward_positive",
    "note": "",
    "verdict_seen": "PASS",
    "value_seen": "3.1",
    "replaces": None,
}


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in NOVEMBER.read_text("utf-8").splitlines()]


def parsed(kind: str, raw: Any) -> Body:
    return parse_body(kind, raw, 7)


def refused(kind: str, raw: Any) -> IntegrityError:
    with pytest.raises(IntegrityError) as found:
        parse_body(kind, raw, 1234)
    return found.value


def test_every_model_is_known_by_a_kind_and_an_action_of_its_own() -> None:
    assert set(BODIES) == set(Body.__subclasses__())
    assert len({(model.kind, model.action) for model in BODIES}) == len(BODIES)


def test_lines_of_an_older_version_give_the_same_bytes_again() -> None:
    for line in lines():
        body = parse_body(line["kind"], line["body"], line["seq"])
        assert canonical(body.as_json()) == canonical(line["body"])


def test_the_recorded_lines_are_of_every_kind_and_action() -> None:
    recorded = {(line["kind"], line["body"].get("action")) for line in lines()}
    assert recorded == {(model.kind, model.action) for model in set(BODIES) - NEWER}


def test_the_file_formats_name_every_kind_with_its_actions_and_its_file() -> None:
    text = (Path(__file__).parents[3] / "docs" / "file_formats.md").read_text("utf-8")
    rows = [line.split("|")[1:4] for line in text.splitlines() if line.startswith("| `")]
    named = {
        (kind.strip(" `"), action.strip(" `") or None, file.strip(" `"))
        for kinds, actions, file in (row for row in rows if len(row) == 3)
        for kind in kinds.split(",")
        for action in actions.split(",")
    }
    for model in BODIES:
        file = model.__module__.rpartition(".")[2] + ".py"
        assert (model.kind, model.action, file) in named


@pytest.mark.parametrize("model", BODIES, ids=lambda model: model.__name__)
@settings(max_examples=25, derandomize=True, deadline=None)
@given(data=st.data())
def test_what_is_written_reads_back_and_gives_the_same_bytes(
    model: type[Body], data: st.DataObject
) -> None:
    body = data.draw(bodies(model))
    text = canonical(body.as_json())
    again = parsed(model.kind, json.loads(text))
    assert type(again) is model
    assert again == body
    assert again.model_fields_set == body.model_fields_set
    assert canonical(again.as_json()) == text


def test_a_field_that_was_not_set_is_absent() -> None:
    opened = IncidentOpened(procedure="crash", summary="It ended.", blocks_start=True, kept=None)
    assert opened.as_json() == {
        "action": "open",
        "procedure": "crash",
        "summary": "It ended.",
        "blocks_start": True,
        "kept": None,
    }


def test_times_and_states_are_recorded_as_text() -> None:
    at = parse_moment("2026-02-23T14:00:00.5Z")
    changed = JobChanged(job_id="train-1", job=JobColumns(state=JobState.LOST, ended_at=at))
    assert changed.as_json()["job"] == {"state": "LOST", "ended_at": "2026-02-23T14:00:00.500000Z"}
    again = parsed("job", json.loads(canonical(changed.as_json())))
    assert isinstance(again, JobChanged)
    assert again.job.ended_at == at


def test_a_change_of_job_and_attempt_is_recorded_for_both() -> None:
    columns = ProcessColumns(state=JobState.RUNNING, pid=7)
    body = JobChanged.with_attempt("train-1", 2, columns).as_json()
    assert body["job"] == body["attempt"] == {"state": "RUNNING", "pid": 7}
    assert body["number"] == 2


def test_a_message_keeps_its_record_and_a_plain_text_has_none() -> None:
    reason = Message("Stopped by {by}; exit code {code}.", by="Eva", code=7)
    made = JobChanged(job_id="train-1", job=JobColumns(reason=reason)).as_json()["job"]
    assert made == {"reason": str(reason), "reason_message": reason.as_record()}
    again = parsed("job", {"action": "change", "job_id": "train-1", "job": made})
    assert isinstance(again, JobChanged)
    assert isinstance(again.job.reason, Message)
    assert again.job.reason.in_("pt") == "Parado por Eva; código de saída 7."
    assert JobColumns(reason="It ended.").as_json() == {"reason": "It ended."}


@pytest.mark.parametrize("record", [{"template": "{gone}"}, {"template": "Another text."}])
def test_a_record_that_does_not_give_the_text_leaves_the_text(record: dict[str, Any]) -> None:
    raw = TICK | {"value_seen_message": record}
    body = parsed("tick", raw)
    assert isinstance(body, Ticked)
    assert body.value_seen == "3.1"
    assert body.as_json() == raw


def test_a_message_within_parameters_keeps_its_record() -> None:
    what = Message("with learning_rate {rate:g}", rate=1e-4)
    requested = JobRequested(
        job_id="train-1", job_kind=JobKind.TRAIN, params={"restart": {"what": what}}, run=None
    )
    assert requested.as_json()["kind"] == "train"
    assert requested.as_json()["params"]["restart"] == {
        "what": "with learning_rate 0.0001",
        "what_message": what.as_record(),
    }


def test_the_attempt_id_of_older_versions_keeps_its_name() -> None:
    (started, *_) = (line for line in lines() if "mark" in line["body"].get("attempt", {}))
    body = parsed("job", started["body"])
    assert isinstance(body, AttemptStarted)
    assert body.attempt.mark == started["body"]["attempt"]["mark"]


def test_a_result_of_a_revalidation_is_recorded_without_what_is_of_a_wrong_type() -> None:
    result = {"decision": "GO", "score": 6, "sha256": "ab", "gates": [], "archived": {"a": "b"}}
    assert DecisionMade.of_result("revalidate-1", result).as_json() == {
        "job_id": "revalidate-1",
        "decision": "GO",
        "sha256": "ab",
        "archived": {"a": "b"},
    }


@pytest.mark.parametrize(
    ("kind", "raw", "problem"),
    [
        ("holiday", {}, "Line 1,234 of the ledger has the unknown kind 'holiday'."),
        (
            "job",
            {"action": "pause", "job_id": "train-1"},
            "Line 1,234 of the ledger, of kind job, has the unknown action 'pause'.",
        ),
        (
            "tick",
            TICK | {"action": "undo"},
            "Line 1,234 of the ledger, of kind tick, has the unknown action 'undo'.",
        ),
        (
            "incident",
            {"id": 3},
            "Line 1,234 of the ledger, of kind incident, has the unknown action None.",
        ),
        ("note", "x", "Line 1,234 of the ledger, of kind note, has the unknown action 'x'."),
        (
            "tick",
            TICK | {"mood": "good"},
            "Line 1,234 of the ledger, of kind tick, has the unknown field mood.",
        ),
        (
            "job",
            {"action": "change", "job_id": "train-1", "job": {"priority": 3}},
            "Line 1,234 of the ledger, of kind job, has the unknown field job.priority.",
        ),
        (
            "note",
            {"slot": "hourly_1"},
            "Line 1,234 of the ledger, of kind note, has no field text.",
        ),
        (
            "job",
            {"action": "change", "job_id": "train-1", "job": {"state": "PAUSED"}},
            "Line 1,234 of the ledger, of kind job, has an unknown value in job.state: 'PAUSED'.",
        ),
    ],
)
def test_a_line_of_a_newer_version_is_an_error_with_its_number_and_the_remedy(
    kind: str, raw: Any, problem: str
) -> None:
    error = refused(kind, raw)
    assert (error.what, error.remedy) == (problem, UPDATE)


def test_a_line_that_is_only_shown_is_read_without_its_unknown_fields() -> None:
    raw = {"action": "change", "job_id": "a", "job": {"state": "LOST", "priority": 3}, "new": {}}
    assert readable_body("job", raw) == JobChanged(job_id="a", job=JobColumns(state=JobState.LOST))
    assert readable_body("tick", TICK) == parsed("tick", TICK)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("holiday", {"day": 1}),
        ("week", {"action": "pause"}),
        ("note", {"slot": "hourly_1", "new": 1}),
        ("note", None),
        ("week", {"action": ["create"]}),
    ],
)
def test_an_unknown_line_that_is_only_shown_stays_as_it_is(kind: str, raw: Any) -> None:
    assert readable_body(kind, raw) == UnknownBody(kind, raw)
