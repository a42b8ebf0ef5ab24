"""Parameters of jobs: strict for what is asked, lenient for what is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import InputError
from core.field_hints import shown
from core.job_params import (
    PARAMS,
    BackupParams,
    DailyCheckParams,
    ImportModelParams,
    RestartRecord,
    RevalidateParams,
    StoredTrainParams,
    TrainParams,
    asked_params,
    is_text,
    program_params,
    stored_params,
)
from core.language import Message, recorded
from core.playbook.placement import Placement
from core.playbook.settings import TrainingSettings
from core.timestamps import parse_moment
from core.vocabulary import JobKind

NAN = float("nan")


def test_every_kind_of_job_has_a_model_whose_parameters_explain_themselves() -> None:
    assert set(PARAMS) == set(JobKind)
    for kind, model in PARAMS.items():
        for name, field in model.model_fields.items():
            assert field.description, (kind, name)
            with pytest.raises(InputError, match="Give "):  # and says what it wants
                asked_params(kind, {field.alias or name: object()})


@pytest.mark.parametrize(
    ("kind", "name", "near"),
    [
        (JobKind.TRAIN, "learning_rat", "learning_rate"),
        (JobKind.TRAIN, "learning-rate", "learning_rate"),
        (JobKind.TRAIN, "LR", "learning_rate"),
        (JobKind.TRAIN, "tag", "run"),
        (JobKind.TRAIN, "step", "steps"),
        (JobKind.REVALIDATE, "num-episodes", "episodes"),
        (JobKind.REVALIDATE, "model", "model_path"),
        (JobKind.BACKUP, "source", None),
        (JobKind.REVALIDATE, "learning_rate", None),
        (JobKind.TRAIN, "restart", None),  # a record that the client alone makes
        (JobKind.TRAIN, "", None),
        (JobKind.TRAIN, "\udcff", None),
        (JobKind.PREFLIGHT, "x", None),
    ],
    ids=shown,
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(
    kind: JobKind, name: str, near: str | None
) -> None:
    with pytest.raises(InputError) as refused:
        asked_params(kind, {name: 1})
    assert f"A {kind} job has no parameter {name!r}." in refused.value.what
    if near is None:
        assert "Did you mean" not in refused.value.what
    else:
        assert refused.value.what.endswith(f"Did you mean {near}?")
    known = [field.alias or each for each, field in PARAMS[kind].model_fields.items()]
    assert all(each in refused.value.remedy for each in known)
    assert known or refused.value.remedy == "It takes no parameters."


@pytest.mark.parametrize(
    ("kind", "name", "value", "remedy"),
    [
        (JobKind.TRAIN, "steps", 0, "Give a whole number from 1 to 1,000,000,000."),
        (JobKind.TRAIN, "steps", -1, "Give a whole number"),
        (JobKind.TRAIN, "steps", True, "Give a whole number"),
        (JobKind.TRAIN, "steps", 1.5, "Give a whole number"),
        (JobKind.TRAIN, "steps", "1000", "Give a whole number"),
        (JobKind.TRAIN, "steps", 10**400, "Give a whole number"),
        (JobKind.TRAIN, "steps", 10**5000, "Give a whole number"),
        (JobKind.TRAIN, "steps", [[1]], "Give a whole number"),
        (JobKind.TRAIN, "seed", -1, "Give a whole number from 0 to 2,147,483,647."),
        (JobKind.TRAIN, "learning_rate", 0, "Give a number from 1e-08 to 1."),
        (JobKind.TRAIN, "learning_rate", -0.1, "Give a number"),
        (JobKind.TRAIN, "learning_rate", NAN, "Give a number"),
        (JobKind.TRAIN, "learning_rate", float("inf"), "Give a number"),
        (JobKind.TRAIN, "learning_rate", True, "Give a number"),
        (JobKind.TRAIN, "learning_rate", "1e-4", "Give a number"),
        (JobKind.TRAIN, "learning_rate", 10**400, "Give a number"),
        (JobKind.TRAIN, "ent_coef", NAN, "Give a number from 0 to 1."),
        (JobKind.TRAIN, "resume", "yes", "Give true or false."),
        (JobKind.TRAIN, "timestamp", 1, "Give true or false."),
        (JobKind.TRAIN, "run", "", "Use letters, digits"),
        (JobKind.TRAIN, "run", "../out", "Use letters, digits"),
        (JobKind.TRAIN, "run", "\ud800", "Use letters, digits"),
        (JobKind.TRAIN, "run", "x" * 500, "at most 120"),
        (JobKind.TRAIN, "override_reason", "\u2028\u202e", "Give text of at most 2,000"),
        (JobKind.REVALIDATE, "model_path", "", "Give text of 1 to 4,096 characters on one line"),
        (JobKind.REVALIDATE, "model_path", "a\u2028b", "Give text of 1 to 4,096"),
        (JobKind.DAILY_CHECK, "date", "2026-W48-2", "Give a day, for example 2026-02-24."),
        (JobKind.DAILY_CHECK, "date", "20260224", "Give a day, for example 2026-02-24."),
        (JobKind.TRAIN, "override_reason", "\ud800", "Give text of at most 2,000 characters"),
        (JobKind.TRAIN, "override_reason", "a\x1b[31m", "Give text"),
        (JobKind.TRAIN, "override_reason", "x" * 3000, "Give text"),
        (JobKind.TRAIN, "run", ["x"], "Give text"),
        (JobKind.REVALIDATE, "episodes", 0, "Give a whole number from 1 to 1,000."),
        (JobKind.REVALIDATE, "save_report", "true", "Give true or false."),
        (JobKind.REVALIDATE, "model_path", "a\0b", "Give text"),
        (JobKind.REVALIDATE, "model_path", "a\nb", "Give text"),
        (JobKind.REVALIDATE, "trials", 2.5, "Give a whole number"),
        (JobKind.BACKUP, "action", "delete", "Give one of make, restore."),
        (JobKind.DAILY_CHECK, "date", "2026-02-30", "Give a day, for example 2026-02-24."),
        (JobKind.DAILY_CHECK, "date", 20260224, "Give a day"),
        (JobKind.IMPORT_MODEL, "trained_from", "2025-01-01T10:00", "Add Z for UTC"),
        (JobKind.IMPORT_MODEL, "trained_from", "0001-01-01T00:00+23:00", "Use another year."),
        (JobKind.IMPORT_MODEL, "trained_from", 5, "Give a time with its zone"),
    ],
    ids=shown,
)  # fmt: skip
def test_a_wrong_value_is_refused_with_what_is_wanted(
    kind: JobKind, name: str, value: Any, remedy: str
) -> None:
    given = {"file": "m.zip"} if kind is JobKind.IMPORT_MODEL else {}
    with pytest.raises(InputError) as refused:
        asked_params(kind, given | {name: value})
    assert refused.value.what.startswith(f"The parameter {name}")
    assert remedy in refused.value.remedy
    str(refused.value).encode()  # a terminal and a page can show it
    assert len(refused.value.what) < 300


def test_a_missing_parameter_and_one_without_effect_are_refused() -> None:
    with pytest.raises(InputError, match="The parameter file is missing"):
        asked_params(JobKind.IMPORT_MODEL, {})
    with pytest.raises(InputError, match="from names a backup to restore, but action is make"):
        asked_params(JobKind.BACKUP, {"from": "models/x"})


def test_a_training_range_that_ends_before_it_begins_is_refused() -> None:
    given = {"file": "m.zip", "trained_from": "2026-02-02T00:00Z"}
    with pytest.raises(InputError, match=r"ends .2026-02-01.* before it begins .2026-02-02"):
        asked_params(JobKind.IMPORT_MODEL, given | {"trained_until": "2026-02-01T00:00Z"})
    asked_params(JobKind.IMPORT_MODEL, given | {"trained_until": "2026-02-02T00:00Z"})


def test_a_refusal_is_readable_in_portuguese() -> None:
    with pytest.raises(InputError) as refused:
        asked_params(JobKind.TRAIN, {"steps": 0})
    remedy = refused.value.remedy
    assert isinstance(remedy, Message)
    assert remedy.in_("pt") == "Informe um número inteiro de 1 a 1.000.000.000."


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (JobKind.TRAIN, {"run": "a", "steps": 5, "resume": None, "learning_rate": 1e-4}),
        (JobKind.TRAIN, {}),
        (JobKind.DAILY_CHECK, {"date": "2026-02-24"}),
        (JobKind.BACKUP, {"action": "restore", "from": "models/x"}),
        (JobKind.IMPORT_MODEL, {"file": "m.zip", "trained_from": "2025-02-23T00:00:00Z"}),
        (JobKind.REVALIDATE, {"episodes": 3, "save_report": False, "trials": 24}),
    ],
)
def test_what_was_asked_is_stored_as_given_and_read_back(
    kind: JobKind, given: dict[str, Any]
) -> None:
    asked = asked_params(kind, given)
    assert asked.as_json() == given
    assert asked_params(kind, asked) is asked
    assert stored_params(PARAMS[kind], asked.as_json()) == asked


def test_the_bounds_of_a_setting_are_the_playbooks() -> None:
    for name in ("learning_rate", "ent_coef", "seed"):
        (low,) = [m.ge for m in TrainingSettings.model_fields[name].metadata if hasattr(m, "ge")]
        assert getattr(asked_params(JobKind.TRAIN, {name: low}), name) == low


def test_text_is_known_as_text_even_where_it_looks_like_a_number() -> None:
    assert is_text(JobKind.TRAIN, "run")
    assert is_text(JobKind.DAILY_CHECK, "date")
    assert is_text(JobKind.BACKUP, "from")
    assert is_text(JobKind.BACKUP, "action")
    assert not is_text(JobKind.TRAIN, "steps")
    assert not is_text(JobKind.TRAIN, "resume")
    assert not is_text(JobKind.PREFLIGHT, "anything")


def test_a_stored_job_of_another_version_is_read_as_far_as_it_is_known() -> None:
    stored = {"learning_rat": 0.5, "steps": 4000, "run": 20260223, "do": [1]}
    assert stored_params(TrainParams, stored) == TrainParams(steps=4000)
    assert stored_params(DailyCheckParams, {"date": "soon"}).date is None
    assert stored_params(DailyCheckParams, {"date": "2026-02-24"}).date == date(2026, 2, 24)
    assert stored_params(RevalidateParams, {"episodes": "many", "save_report": True}).save_report
    assert stored_params(BackupParams, {"from": "x"}).action == "make"


def test_a_program_runs_with_unknown_names_but_not_with_wrong_values() -> None:
    asked, unknown = program_params(TrainParams, {"learning_rat": 0.5, "steps": 4000})
    assert (asked, unknown) == (TrainParams(steps=4000), ["learning_rat"])
    with pytest.raises(InputError, match="The parameter steps is 0"):
        program_params(StoredTrainParams, {"steps": 0})
    with pytest.raises(InputError, match="file is missing"):
        program_params(ImportModelParams, {})


def test_a_restart_keeps_its_sentence_in_both_languages() -> None:
    change = Message("with learning_rate {rate:g}", rate=1e-4)
    at = parse_moment("2026-02-23T15:00Z")
    record = RestartRecord(by="Eva", what=change, log_line=None, attempt=2, at=at)
    stored = recorded(StoredTrainParams(resume=True, restart=record).as_json())
    assert stored["restart"] == {
        "by": "Eva",
        "what": "with learning_rate 0.0001",
        "what_message": change.as_record(),
        "log_line": None,
        "attempt": 2,
        "at": "2026-02-23T15:00:00Z",
    }
    read = stored_params(StoredTrainParams, stored).restart
    assert read == record
    assert isinstance(read.what, Message)
    assert read.what.template == change.template
    older = stored_params(StoredTrainParams, {"restart": {"by": "Eva", "what": "as it was"}})
    assert older.restart is not None
    assert older.restart.what == "as it was"


@pytest.mark.parametrize(
    ("placement", "what"),
    [
        ({"executor": "slurm", "cpus": 0}, "The parameter placement: cpus: "),
        ({"executor": "moon"}, "The parameter placement: executor: "),
        ({"executor": "ray", "cores": 2}, "The parameter placement: cores: "),
        ({"executor": "local", "gpus": 1}, "need an executor that is an engine"),
        ("slurm", "The parameter placement is 'slurm'."),
    ],
)
def test_a_wrong_placement_is_refused_by_the_name_of_its_part(placement: object, what: str) -> None:
    with pytest.raises(InputError) as refused:
        asked_params(JobKind.TRAIN, {"placement": placement})
    assert what in refused.value.what


def test_a_placement_is_stored_as_it_was_asked_for() -> None:
    given = {"executor": "slurm", "cpus": 4, "partition": "night"}
    asked = asked_params(JobKind.TRAIN, {"placement": given})
    assert asked.as_json() == {"placement": given}
    kept = stored_params(TrainParams, asked.as_json()).placement
    assert kept == Placement(executor="slurm", cpus=4, partition="night")
