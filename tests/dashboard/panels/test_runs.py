"""Runs: a table, a comparison, and the lead's choice of the model in use."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from core.vocabulary import JobKind, JobState, Role
from dashboard.components.report_button import report_of
from dashboard.data.services import Services
from dashboard.page import Page
from dashboard.panels.runs.run_table import csv as csv_of
from dashboard.viewer import Viewer
from runner.models.model_in_use import put_in_use
from tests.dashboard.place import PEOPLE, _script, button, text_of
from tests.event_files import write_events
from tests.expected import job_of, present
from tests.runner.client.test_run_models import NOW, save, trained
from tests.runner.place import Place, place

if TYPE_CHECKING:
    from core.language import Language

__all__ = ["place"]  # this one's clients are a real runner's


def draw(place: Place, role: Role = Role.LEAD, language: Language = "en") -> AppTest:
    services = Services(place.home, PEOPLE[role], now=lambda: datetime.now(UTC))
    page = Page(services, Viewer(PEOPLE[role], language, "UTC", live=False))
    test = AppTest.from_function(_script, args=("runs", page), default_timeout=30).run()
    assert not test.exception
    return test


@pytest.fixture
def two(place: Place) -> tuple[str, str]:
    first = trained(place, JobState.SUCCEEDED)
    save(place.home, first, 1.2)
    put_in_use(place.home, first, how="completed", by="Lena", at=NOW)
    second = trained(place, JobState.STOPPED, seed=8, note="another seed")
    save(place.home, second, -0.3, lost=5)
    return first, second


def test_a_week_without_a_run_names_the_page_that_starts_one(place: Place) -> None:
    assert "No run has been started yet" in text_of(draw(place))


def test_every_run_stands_with_its_validation_and_the_one_in_use(
    place: Place, two: tuple[str, str]
) -> None:
    first, second = two
    text = text_of(draw(place))
    assert f"In use:** {first}, step 20,000" in text
    assert "when the run completed" in text
    assert f"**{second}** :small[another seed]" in text
    assert "1.200 at step 20,000" in text
    assert ":red[:material/cancel: -0.3000 at step 20,000]" in text, "a missed limit is red"
    assert ":small[:red[5 of 5 lost money]]" in text
    assert "Execuções" not in text
    assert "Melhor validação" in text_of(draw(place, language="pt"))


def test_a_run_with_many_lost_validations_is_marked(place: Place) -> None:
    run = trained(place, JobState.SUCCEEDED)
    save(place.home, run, 1.2, lost=11, count=25)
    assert ":small[:orange[:material/warning: 11 of 25 lost money]]" in text_of(draw(place))


def test_a_run_in_progress_that_validates_worse_is_named_before_it_replaces_the_model(
    place: Place, two: tuple[str, str]
) -> None:
    running = trained(place, JobState.RUNNING)
    assert f"{running} is in progress: when it completes" in text_of(draw(place))
    save(place.home, running, 0.63)
    text = text_of(draw(place))
    assert "(0.6300) is lower than that of the one in use (1.200)" in text
    save(place.home, running, 1.5)
    assert "is lower than" not in text_of(draw(place))


def test_no_model_is_offered_while_one_is_revalidated(place: Place, two: tuple[str, str]) -> None:
    job_of(place.lead.submit(JobKind.REVALIDATE, {"override_reason": "by hand"}))
    test = draw(place)
    test.selectbox(key="runs:detail").set_value(two[1]).run()
    assert button(test, "use-model:button").disabled
    assert "being revalidated" in present(button(test, "use-model:button").help)


def test_two_runs_are_compared_at_first(place: Place, two: tuple[str, str]) -> None:
    for run in two:
        write_events(place.home.run_attempt(run, 1), {"eval/sharpe": [(1, 10.0, 0.5)]})
    test = draw(place)
    assert set(test.multiselect[0].value) == set(two)
    assert len(test.get("echarts_chart")) == 1, "no run logged a training reward"
    assert "None of these runs has logged it." in text_of(test)
    assert "repeat each other" in text_of(test), "both manifests have the same settings"
    test.multiselect[0].unselect(two[0]).run()
    assert "Choose two or more runs." in text_of(test)


def test_the_lead_puts_the_other_model_in_use_with_a_reason(
    place: Place, two: tuple[str, str]
) -> None:
    first, second = two
    test = draw(place)
    test.selectbox(key="runs:detail").set_value(first).run()
    assert button(test, "use-model:button").disabled
    assert "in use already" in present(button(test, "use-model:button").help)
    test.selectbox(key="runs:detail").set_value(second).run()
    button(test, "use-model:button").click().run()
    assert "The choice of a model requires a reason." in text_of(test)
    test.text_area(key="use-model:reason").input("all the data")
    button(test, "use-model:button").click().run()
    assert f"{second} is in use" in text_of(test)
    assert "Chosen by" in text_of(test)
    assert "all the data" in text_of(test)
    assert place.home.best_model.read_bytes() == place.home.run_model(second).read_bytes()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.CTO])
def test_others_see_why_they_can_not_choose(place: Place, two: tuple[str, str], role: Role) -> None:
    test = draw(place, role)
    test.selectbox(key="runs:detail").set_value(two[1]).run()
    assert button(test, "use-model:button").disabled
    assert "can't do this" in present(button(test, "use-model:button").help)


def test_the_table_is_taken_to_a_spreadsheet(place: Place, two: tuple[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(place.lead.runs()).decode())))
    assert [row["run"] for row in rows] == [two[1], two[0]]
    assert (rows[0]["validations_lost"], rows[0]["note"]) == ("5", "another seed")
    assert (rows[1]["in_use"], rows[1]["setting_gamma"]) == ("True", "0.98")


def test_the_report_of_a_run_is_offered_in_the_viewer_s_language(
    place: Place, two: tuple[str, str]
) -> None:
    write_events(place.home.run_attempt(two[1], 1), {"eval/sharpe": [(1, 10.0, 0.5)]})
    test = draw(place, Role.VIEWER)
    (offered,) = [
        each for each in test.get("download_button") if "training-report" in each.proto.id
    ]
    assert offered.proto.label == "Training report"
    services = Services(place.home, PEOPLE[Role.VIEWER], now=lambda: datetime.now(UTC))
    page = Page(services, Viewer(PEOPLE[Role.VIEWER], "pt", "UTC", live=False))
    assert f"Relatório do treino: {two[1]}" in report_of(page, two[1], None)
