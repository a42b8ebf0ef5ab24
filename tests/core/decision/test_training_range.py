"""Bars of a backtest on which the model had to extrapolate."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.decision import DecisionRecord, JobDetails
from core.decision.training_range import MANY_OUTSIDE, OutsideTraining, outside_training
from core.report import memo_documents, memo_text
from tests.core.backtest_records import decision_of, fields_of, record, schema_validator

NAMES = ("momentum", "age")
LOW, HIGH = np.array([-2.0, 0.0]), np.array([2.0, 0.5])


def of(momentum: list[float], age: list[float]) -> OutsideTraining:
    rows = np.column_stack([momentum, age]).astype(np.float32)
    return outside_training(NAMES, rows, LOW, HIGH)


def details(found: OutsideTraining | None) -> JobDetails:
    return JobDetails(
        job_id="j",
        trial=1,
        reward_components={},
        start_capital=10_000.0,
        max_exposure=0.15,
        warm_up_bars=336,
        versions={},
        outside_training=found,
    )


def test_a_bar_counts_once_however_many_numbers_leave_their_range():
    found = of([0.0, 3.0, 0.0, -2.5], [0.1, 0.9, 0.9, 0.1])
    assert (found.bars, found.outside, found.share) == (4, 3, 0.75)
    assert [(each.name, each.share) for each in found.features] == [("momentum", 0.5), ("age", 0.5)]
    assert found.features[0].trained == (-2.0, 2.0)
    assert found.features[0].observed == (-2.5, 3.0)


def test_the_edge_and_a_hundredth_of_the_width_beyond_it_are_inside():
    assert of([2.0, -2.0, 2.03, -2.03], [0.0, 0.5, 0.504, -0.004]).outside == 0
    assert of([2.05, -2.05, 0.0, 0.0], [0.0, 0.0, 0.506, -0.006]).outside == 4
    assert of([0.0], [0.2]).features == ()
    assert of([0.0], [0.2]).tolerance == 0.01


def test_a_number_that_never_varied_has_no_width_and_still_a_range():
    found = outside_training(
        ("flat",), np.array([[0.1], [0.2]], dtype=np.float32), np.array([0.1]), np.array([0.1])
    )
    assert found.outside == 1


def test_the_feature_that_leaves_most_is_named_first():
    found = of([0.0, 0.0, 9.0], [0.9, 0.9, 0.9])
    assert [each.name for each in found.features] == ["age", "momentum"]
    assert str(found.named()) == "age 100.0%, momentum 33.3%"
    assert found.named().in_("pt") == "age 100,0%, momentum 33,3%"


@pytest.mark.parametrize(("outside", "warned"), [(0, False), (4, False), (5, True), (100, True)])
def test_a_warning_comes_from_one_bar_in_twenty(outside, warned):
    found = of([3.0] * outside + [0.0] * (100 - outside), [0.1] * 100)
    assert (found.share >= MANY_OUTSIDE) == warned == (found.warning() is not None)
    warnings = [str(each) for each in decision_of(record(), job=details(found)).warnings]
    assert any("outside the range that the model saw" in each for each in warnings) == warned


def test_the_decision_its_memo_and_its_page_name_share_and_features():
    backtest = record()
    built = decision_of(backtest, job=details(of([3.0, 0.0], [0.9, 0.9])))
    fields = built.as_dict()
    assert list(schema_validator().iter_errors(json.loads(json.dumps(fields)))) == []
    assert fields["outside_training"]["share"] == 1.0
    assert fields["outside_training"]["features"][0]["name"] == "age"
    again = DecisionRecord.model_validate(fields)
    assert again.outside_training == built.outside_training
    said = " ".join(memo_text(built, "en").split())
    assert "Bars outside the training range: 100.0% (age 100.0%, momentum 50.0%)" in said
    page = memo_documents(built, backtest.equity, backtest.bars)
    assert "Bars outside the training range: 100.0%" in page["memo.html"]
    assert "Barras fora da faixa de treino: 100,0%" in page["memo_pt.html"]


def test_a_model_without_a_recorded_range_gets_null_and_no_warning():
    backtest = record()
    built = decision_of(backtest, job=details(None))
    assert built.as_dict()["outside_training"] is None
    assert built.warnings == decision_of(backtest).warnings
    assert "not recorded by the training run" in " ".join(memo_text(built, "en").split())


def test_a_record_of_an_earlier_version_has_no_such_field_and_reads_as_before():
    old = fields_of(record())
    assert "outside_training" not in old
    assert DecisionRecord.model_validate(old).outside_training is None
