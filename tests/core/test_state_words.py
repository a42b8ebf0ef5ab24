"""States within sentences: English as the machine writes them, Portuguese by one table."""

from __future__ import annotations

import json

import pytest

from core.language import Message
from core.playbook import DEFAULT, load_playbook
from core.state_words import WORDS, capitals, shown_word
from core.vocabulary import EvidenceGrade, JobState, TrainingStatus, Trend


@pytest.mark.parametrize(
    ("state", "english", "portuguese"),
    [
        (TrainingStatus.COMPLETED, "COMPLETED", "CONCLUÍDO"),
        (TrainingStatus.NOT_STARTED, "NOT STARTED", "NÃO INICIADO"),
        (JobState.QUEUED, "QUEUED", "NA FILA"),
        (Trend.STABLE, "STABLE", "ESTÁVEL"),
        (EvidenceGrade.WEAK, "WEAK", "FRACA"),
    ],
)
def test_a_state_is_in_capitals_in_each_language(state, english: str, portuguese: str) -> None:
    assert capitals(state) == english
    assert capitals(state).in_("pt") == portuguese


def test_every_state_has_its_capitals_in_portuguese() -> None:
    for words in WORDS.values():
        for state in words:
            assert capitals(state).in_("pt").isupper()


def test_a_recorded_sentence_keeps_its_state_in_each_language() -> None:
    reported = Message("Run {run} is {status}.", run="a", status=capitals(TrainingStatus.RUNNING))
    read = Message.from_record(json.loads(json.dumps(reported.as_record())))
    assert read == "Run a is RUNNING."
    assert read.in_("pt") == reported.in_("pt")
    assert "EM ANDAMENTO" in read.in_("pt")


def test_a_record_of_an_older_version_keeps_the_word_that_it_has() -> None:
    old = {"template": "Run {run} is {status}.", "values": {"run": "a", "status": "RUNNING"}}
    assert "RUNNING" in Message.from_record(old).in_("pt")


def test_every_word_that_the_playbook_compares_with_has_its_portuguese() -> None:
    for check in load_playbook(DEFAULT).checks.values():
        limits = check.threshold if isinstance(check.threshold, tuple) else (check.threshold,)
        for word in limits:
            if isinstance(word, str):
                assert shown_word(word).in_("pt") != word


def test_a_value_that_is_no_state_stays_as_it_is() -> None:
    assert shown_word("phase4").in_("pt") == "phase4"
    assert shown_word("INCREASING").in_("pt") == "SUBINDO"
