"""What the frame says on every page, whatever the page is about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.drill_paths import mark_file
from core.files import write_json
from core.liveness import Vitals, judge_liveness
from core.process_state import process_state
from core.vocabulary import JobState, Liveness
from dashboard.data.snapshot import Snapshot
from tests.dashboard.place import Place, draw_frame

if TYPE_CHECKING:
    from core.language import Language


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The run is stalled"), ("pt", "A execução está travada")]
)
def test_a_stall_is_red_on_every_page_with_its_evidence(
    place: Place, monkeypatch: pytest.MonkeyPatch, language: Language, said: str
) -> None:
    place.watch()
    seen = Vitals(JobState.RUNNING, "T", 5000.0, step_age=720.0, cpu=0.0, cpu_window=10.0)
    pulse = judge_liveness(seen)
    assert pulse.liveness is Liveness.STALLED
    monkeypatch.setattr(Snapshot, "pulse", pulse)
    test = draw_frame(place.page(language=language))
    assert not test.exception
    (alert,) = [e.value.replace("\\", "") for e in test.error if said in e.value]
    assert "17:00:00 UTC" in alert, "the newest event's time, which no second drawing contradicts"
    assert "12 min" not in alert
    assert str(process_state("T")) in alert or language == "pt"
    assert any("red-badge" in m.value and "sensors_off" in m.value for m in test.markdown)


def test_an_open_incident_is_red_whether_it_blocks_the_start_or_not(place: Place) -> None:
    week = place.week()
    place.client().open_incident(week.id, "performance", "flat for two hours")
    (alert,) = [e.value for e in draw_frame(place.page()).error if "Open incident" in e.value]
    assert "blocked" not in alert
    place.client().open_incident(week.id, "crash", "it fell over")
    alerts = [e.value for e in draw_frame(place.page()).error if "Open incident" in e.value]
    assert len(alerts) == 2
    assert "are blocked until it is closed" in alerts[0]


@pytest.mark.parametrize(("language", "said"), [("en", "Ended"), ("pt", "Encerrado")])
def test_a_watched_run_that_ended_is_no_alarm(place: Place, language: Language, said: str) -> None:
    place.watch(hours=1)
    place.now += timedelta(hours=8)
    reported = [element.value for element in draw_frame(place.page(language=language)).markdown]
    assert any(f"gray-badge[:material/flag: {said}" in text for text in reported)
    assert not any("red-badge" in text for text in reported if ":material/alarm:" not in text)


@pytest.mark.parametrize(("language", "said"), [("en", "DRILL"), ("pt", "SIMULADO")])
def test_a_drill_says_so_on_every_page(place: Place, language: Language, said: str) -> None:
    place.week()
    assert not draw_frame(place.page(language=language)).warning
    write_json(mark_file(place.home), {})
    (warning,) = draw_frame(place.page(language=language)).warning
    assert said in warning.value
