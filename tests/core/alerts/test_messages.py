"""The messages that people read."""

from __future__ import annotations

from core.alerts.alerts_file import Channel
from core.alerts.conditions import NoticeState
from core.alerts.kinds import MOMENTS, TODO, EventKind
from core.alerts.messages import message_of
from core.vocabulary import Severity
from tests.core.alerts.notices import notice

TEAM = Channel.model_validate({"name": "team", "url": "json://x"})
ANA = Channel.model_validate(
    {"name": "ana", "url": "json://x", "language": "pt", "timezone": "America/Sao_Paulo"}
)
BASE = "https://train.example.org"


def test_it_has_the_number_since_when_what_to_do_and_the_link() -> None:
    message = message_of([notice(seconds=240)], TEAM, BASE)
    assert message.title == "[CRITICAL] Reward collapse · 2026-02-23"
    assert message.body.splitlines() == [
        "Reward fell from 87 to 9.4.",
        "Since 2026-02-23 15:00 UTC (4 min).",
        "To do: Open Troubleshooting and follow its actions.",
        "(2026-02-23/finding:collapse#1:firing)",
        "https://train.example.org/alerts?alert=finding:collapse&week=2026-02-23",
    ]


def test_it_is_in_the_language_and_the_time_zone_of_its_channel() -> None:
    message = message_of([notice(seconds=240)], ANA, None)
    assert message.title == "[CRÍTICO] Colapso da reward · 2026-02-23"
    assert "A reward caiu de 87 para 9,4." in message.body
    assert "Desde 23/02/2026 12:00 -03 (4 min)." in message.body
    assert "https" not in message.body


def test_an_end_names_its_beginning() -> None:
    message = message_of([notice(seconds=720, state=NoticeState.RESOLVED)], TEAM, None)
    assert message.title.startswith("[RESOLVED] Reward collapse")
    assert message.body.startswith("It is over. First: Reward fell from 87 to 9.4.")
    assert message.resolved


def test_many_become_one_with_a_line_for_each_of_the_first_ten() -> None:
    many = [notice(f"check:{n}", level=Severity.WARNING) for n in range(999)]
    worst = notice("run:1", subject={"en": "Training run", "pt": "Treinamento"})
    message = message_of([*many, worst], TEAM, BASE)
    assert message.title == "[CRITICAL] Training run and 999 more · 2026-02-23"
    lines = message.body.splitlines()
    assert lines[0] == "• 15:00 [WARNING] Reward collapse: Reward fell from 87 to 9.4."
    assert lines[10:] == ["and 990 more", f"{BASE}/alerts?alert=run:1&week=2026-02-23"]


def test_a_long_sentence_is_cut() -> None:
    long = {"en": "x" * 5000, "pt": "x" * 5000}
    assert len(message_of([notice(text=long)], TEAM, None).body) < 1000


def test_each_kind_that_holds_for_a_while_says_what_to_do() -> None:
    assert set(TODO) == set(EventKind) - MOMENTS


def test_a_drill_says_so_first() -> None:
    message = message_of([notice(seconds=240)], TEAM, BASE, drill=True)
    assert message.title == "DRILL: [CRITICAL] Reward collapse · 2026-02-23"
    assert message.body.startswith("This is a drill: ")
    assert message_of([notice()], ANA, None, drill=True).title.startswith("SIMULADO: [CRÍTICO]")


def test_a_message_says_where_only_the_first_look_is_known() -> None:
    for known, said in ((True, "Since 2026-02-23 15:00 UTC"), (False, "First seen 2026-02-23")):
        text = message_of([notice(seconds=60, since_known=known)], TEAM, None).body
        assert said in text
