"""What may be asked of each kind of job."""

from __future__ import annotations

import json
from datetime import date

import pytest

from core.errors import InputError
from core.job_params import MODELS, DailyCheckParams, TrainParams, recorded, requested
from core.vocabulary import JobKind


def test_each_kind_of_job_has_a_model_whose_fields_explain_themselves() -> None:
    assert set(MODELS) == set(JobKind)
    for model in MODELS.values():
        assert model.__doc__
        assert all(field.description for field in model.model_fields.values()), model


@pytest.mark.parametrize(
    ("kind", "given", "named"),
    [
        (JobKind.TRAIN, {"learning_rat": 0.5}, "Did you mean learning_rate?"),
        (JobKind.TRAIN, {"restart": {"by": "Eva"}}, "no parameter 'restart'"),
        (JobKind.TRAIN, {"": 1}, "no parameter ''"),
        (JobKind.TRAIN, {"\ud800": 1}, "no parameter"),
        (JobKind.DATA_CHECK, {"x": float("nan")}, "It takes no parameters."),
        (JobKind.IMPORT_MODEL, {}, "needs the parameter 'file'"),
        (JobKind.BACKUP, {"action": "delete"}, "action is 'delete'"),
        (JobKind.BACKUP, {"source": "x"}, "no parameter 'source'"),
        (JobKind.DAILY_CHECK, {"date": "2026-13-01"}, "date is '2026-13-01'"),
        (JobKind.REVALIDATE, {"episodes": 0}, "episodes is 0"),
        (JobKind.REVALIDATE, {"save_report": "yes"}, "save_report is 'yes'"),
    ],
)
def test_what_is_not_known_is_named_with_what_is(kind: JobKind, given, named: str) -> None:
    with pytest.raises(InputError) as refused:
        requested(kind, given)
    assert named in str(refused.value)
    str(refused.value).encode()  # it can be printed, whatever was given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("learning_rate", -1e-4),
        ("learning_rate", True),
        ("learning_rate", 10**400),
        ("learning_rate", "low"),
        ("steps", 2.5),
        ("steps", True),
        ("steps", -1),
        ("steps", 10**400),
        pytest.param("steps", 10**5000, id="steps-thousands-of-digits"),
        ("steps", "20000"),
        ("seed", -1),
        ("run", "\ud800"),
        ("run", ["x"]),
        ("resume", 1),
        ("override_reason", "x" * 3000),
    ],
)
def test_a_value_that_no_training_can_start_with_is_refused(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"^{name} is "):
        requested(JobKind.TRAIN, {name: value})


def test_what_was_given_is_stored_and_nothing_else() -> None:
    given = {"steps": 4096, "resume": True, "learning_rate": 1e-4}
    assert requested(JobKind.TRAIN, given).stored() == given
    assert requested(JobKind.BACKUP, {"from": "models/x"}).stored() == {"from": "models/x"}
    assert DailyCheckParams(day=date(2026, 2, 24)).stored() == {"date": "2026-02-24"}
    assert requested(JobKind.TRAIN, {}).stored() == {}
    json.dumps(requested(JobKind.TRAIN, given).stored(), allow_nan=False)


def test_a_stored_request_of_another_version_is_read_without_what_is_unknown() -> None:
    stored = {
        "steps": 4096,
        "a_later_idea": 1,
        "restart": {"by": "Eva", "what": "with learning_rate 0.0001", "attempt": 2, "more": 1},
    }
    found = recorded(JobKind.TRAIN, stored)
    assert isinstance(found, TrainParams) and found.steps == 4096
    assert found.restart is not None and found.restart.attempt == 2
    with pytest.raises(InputError, match="stored parameter steps"):
        recorded(JobKind.TRAIN, {"steps": "many"})
