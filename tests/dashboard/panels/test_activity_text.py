"""Recent activity: each kind of line as a sentence, those of other versions included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.language import Message
from core.ledger_bodies import (
    IncidentOpened,
    JobRequested,
    NoteWritten,
    UnknownBody,
    readable_body,
)
from core.vocabulary import JobKind
from dashboard.data.snapshot import Snapshot
from dashboard.panels.this_week.activity_text import activity_lines
from runner.records import LedgerEntry
from tests.core.ledger_bodies.test_parsing import NOVEMBER
from tests.dashboard.place import LAUNCH, Place
from tests.expected import present

if TYPE_CHECKING:
    import pytest

    from core.language import Language
    from core.ledger_bodies import AnyBody


def said(
    place: Place, monkeypatch: pytest.MonkeyPatch, *bodies: AnyBody, language: Language = "en"
) -> list[str]:
    """What the list says of these bodies, without name and time."""
    place.week()
    entries = [
        LedgerEntry(
            seq=100 - number, kind=body.kind, body=body, by="Eva",
            at=LAUNCH, at_week=LAUNCH, week_id="2026-02-23", sha256="",
        )
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    monkeypatch.setattr(Snapshot, "activity", entries)
    page = place.page(language=language)
    lines = activity_lines(page, present(page.snapshot()), most=100)
    return [line.partition("** ")[2].removesuffix("]").replace("\\", "") for line in lines]


def recorded(kind: str, action: str | None = None) -> list[dict[str, Any]]:
    """Bodies of this kind that an older version wrote."""
    lines = [json.loads(line) for line in NOVEMBER.read_text("utf-8").splitlines()]
    bodies = [line["body"] for line in lines if line["kind"] == kind]
    return [body for body in bodies if body.get("action") == action]


def test_lines_of_an_older_version_are_sentences(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [
        ("week", "create"), ("week", "use"), ("request", "stop"), ("request", "restart"),
        ("request", "submit"), ("incident", "open"), ("incident", "do"), ("incident", "close"),
        ("decision", None), ("signature", None), ("countersign", None), ("condition", "close"),
        ("key", "create"), ("note", None), ("tick", None), ("store", "replay"),
    ]  # fmt: skip
    first = [readable_body(kind, recorded(kind, action)[0]) for kind, action in kinds]
    assert said(place, monkeypatch, *first) == [
        "created the week",
        "activated the week",
        "requested a stop: Training run",
        "requested a restart: Training run learning_rate 0.0001, ent_coef 0.01",
        "requested: Pre-flight",
        "opened an incident: Reward is flat since 16:00",
        "completed an action of the incident",
        "closed the incident: The market was flat, too (4 actions not done)",
        "recorded the decision PARTIAL 4/6",
        "signed: approve with conditions",
        "countersigned an override: The size is small",
        "closed a condition: Drawdown was 2 % after a week",
        "created the signing key",
        "wrote a note on Check after 1 hour: "
        "Reward dips after the restart, as expected: 3 % below.",
        "ticked Is the configuration valid? (Pre-flight)",
        "store",
    ]


def test_lines_of_the_clock_and_of_runners_are_left_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [("clock", None), ("runner", "start"), ("runner", "end"), ("job", "start")]
    first = [readable_body(kind, recorded(kind, action)[0]) for kind, action in kinds]
    assert said(place, monkeypatch, *first) == []


def test_a_resumed_run_with_changed_settings_is_a_restart(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = {"resume": True, "learning_rate": 1e-4, "restart": {"by": "Eva", "what": "with it"}}
    body = JobRequested(job_id="train-1", job_kind=JobKind.TRAIN, params=params, run="r")
    (line,) = said(place, monkeypatch, body)
    assert line == "requested a restart: Training run learning_rate 0.0001"


def test_the_summary_of_an_incident_is_in_the_viewers_language(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = Message("Stopped by {by}; exit code {code}.", by="Eva", code=7)
    body = IncidentOpened(procedure="crash", summary=summary, blocks_start=True, kept=None)
    (line,) = said(place, monkeypatch, body, language="pt")
    assert line == "abriu um incidente: Parado por Eva; código de saída 7."


def test_a_line_of_a_newer_version_shows_its_kind(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = readable_body("note", {"slot": "hourly_1", "text": "seen", "mood": "good"})
    assert note == NoteWritten(slot="hourly_1", text="seen")
    assert said(place, monkeypatch, UnknownBody("holiday", {"day": 1}), note) == [
        "holiday",
        "wrote a note on Check after 1 hour: seen",
    ]
