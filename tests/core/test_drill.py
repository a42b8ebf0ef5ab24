"""What a drill is called, and what its report says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.diagnosis import SCENARIOS
from core.drill import CAUSES, PROCEDURES, DrillKind, DrillMark, Fault, NamedCause
from core.drill_report import PLAYED, DrillTimes, Moment, as_json, as_markdown
from core.playbook import DEFAULT, load_playbook

AT = datetime(2026, 11, 29, 15, tzinfo=UTC)
MARK = DrillMark(id="20261129T150000Z", kind=DrillKind.STALL, by="Lea", started_at=AT)
FAULT = Fault(kind=DrillKind.STALL, job="train-1", attempt=1, at=AT, step=40_000)


def after(seconds: float, by: str = "") -> Moment:
    return Moment(AT + timedelta(seconds=seconds), by)


TIMES = DrillTimes(
    fault_at=AT,
    appeared=after(3.4),
    told=after(5.5),
    acknowledged=after(62.4, "A|na"),
    diagnosed=None,
    recovered=None,
    wrong=(NamedCause(scenario="crash", by="Ana", at=AT + timedelta(seconds=70)),),
)


def test_each_kind_has_a_cause_that_the_diagnosis_knows_and_a_procedure_of_the_manual() -> None:
    assert set(CAUSES) == set(PLAYED) == set(DrillKind)
    assert {cause for causes in CAUSES.values() for cause in causes} <= set(SCENARIOS)
    playbook = load_playbook(DEFAULT)
    assert all(playbook.find_escalation(procedure) for procedure in PROCEDURES.values())


def test_the_report_has_the_seconds_and_names_what_was_missed() -> None:
    report = as_json(MARK, FAULT, TIMES)
    assert report["drill"] is True
    assert report["seconds"] == {
        "appeared": 3.4,
        "told": 5.5,
        "acknowledged": 62.4,
        "diagnosed": None,
        "recovered": None,
    }
    assert report["missed"] == ["diagnosed", "recovered"]
    assert report["named_wrongly"][0]["scenario"] == "crash"


def test_the_report_for_people_is_in_their_language_and_says_drill_first() -> None:
    text = as_markdown(MARK, FAULT, TIMES, "en")
    assert text.startswith("# DRILL: 20261129T150000Z, stall\n")
    assert "| acknowledged | 62.4 s | A\\|na |" in text
    assert "| healthy again | missed |  |" in text
    assert "- named wrongly: crash, by Ana, after 70 s" in text
    pt = as_markdown(MARK, FAULT, TIMES, "pt")
    assert pt.startswith("# SIMULADO: ")
    assert "| reconhecido | 62,4 s |" in pt
