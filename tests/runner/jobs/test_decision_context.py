"""Which decision counts as the last approved one."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks.log_summary import JudgedModel
from core.timestamps import iso
from core.vocabulary import JobKind, SignatureAct
from runner.jobs.attempt import Spec, read_spec
from runner.jobs.decision_context import approvals, decision_context
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def test_only_an_approval_that_stands_is_in_production(place: SignedPlace) -> None:
    first = place.revalidate("GO")
    place.sign(first)
    found = approvals(place.client())
    assert found.production is not None
    assert found.lapsed is None
    assert (found.production.sha256, found.production.validity) == (first, "STANDS")

    second = place.revalidate("GO", seed=2)
    place.sign(second, SignatureAct.REJECT)
    found = approvals(place.client())
    assert found.production is not None
    assert found.production.sha256 == first
    assert found.lapsed is None


def test_an_approval_that_became_void_is_told_and_not_in_production(place: SignedPlace) -> None:
    signed = place.revalidate("GO")
    place.sign(signed)
    place.home.best_model.write_bytes(b"another")
    found = approvals(place.client())
    assert found.production is None
    assert found.lapsed is not None
    assert (found.lapsed.sha256, found.lapsed.validity) == (signed, "VOID")
    fresh = place.revalidate("GO", seed=2)
    place.sign(fresh)
    found = approvals(place.client())
    assert found.production is not None
    assert found.production.sha256 == fresh
    assert found.lapsed is None  # what is older than the approval that stands is history


def test_what_a_lapsed_approval_had_replaced_is_not_in_production_again(
    place: SignedPlace,
) -> None:
    place.sign(place.revalidate("GO"))
    replaced_by = place.revalidate("GO", seed=2)
    place.sign(replaced_by)
    place.home.best_model.write_bytes(b"another")
    found = approvals(place.client())
    assert found.production is None
    assert found.lapsed is not None
    assert found.lapsed.sha256 == replaced_by


def trained(place: SignedPlace, run: str, *lines: str) -> None:
    """A run that ended, with its lines in the log of all runs."""
    service = place.service(take_over=True)
    job = place.until(service, place.submit(JobKind.TRAIN, run=run, resume=False))
    service.close()
    assert job.started_at is not None
    place.home.training_log.parent.mkdir(parents=True, exist_ok=True)
    with place.home.training_log.open("a", encoding="utf-8") as log:
        for line in lines:
            log.write(f"{iso(job.started_at.replace(microsecond=0))} {line}\n")


def spec_of_revalidation(place: SignedPlace) -> Spec:
    service = place.service(take_over=True)
    job = place.until(service, place.submit(JobKind.REVALIDATE, save_report=True))
    service.close()
    return read_spec(place.home.attempt(job.id, 1) / "spec.json")


def summary_of(place: SignedPlace, model: JudgedModel) -> list[str]:
    now = datetime.now(UTC) + timedelta(minutes=1)
    return decision_context(spec_of_revalidation(place), now, model).log_summary.splitlines()


def test_the_log_summary_is_of_the_run_that_made_the_judged_model(place: SignedPlace) -> None:
    trained(place, "first", "[WARN] slow disk")
    time.sleep(1.1)  # lines of a log are in whole seconds
    trained(place, "second", "[ERROR] killed", "[WARN] another disk")
    first = summary_of(place, JudgedModel("first", 480_000, "a" * 64))
    assert "Run: first" in first
    assert f"Model: step 480,000 of this run, SHA-256 {'a' * 12}" in first
    assert "  WARN         1" in first
    assert "  ERROR        0" in first
    assert not any("another disk" in line for line in first)
    second = summary_of(place, JudgedModel("second", 40_000, "b" * 64))
    assert "Run: second" in second
    assert "  ERROR        1" in second
    assert not any("slow disk" in line for line in second)


@pytest.mark.parametrize("imported", [True, False])
def test_a_model_of_another_home_has_no_run_here(place: SignedPlace, imported: bool) -> None:
    trained(place, "first", "[WARN] slow disk")
    run = "first" if imported else "elsewhere"
    found = summary_of(place, JudgedModel(run, None, "a" * 64, imported))
    assert f"Run: {run}, which was not started here" in found
    assert "  unknown: training.log has nothing of this run" in found
    assert not any("slow disk" in line for line in found)
