"""What differs between two playbooks, field by field."""

from __future__ import annotations

from core.language import said
from core.playbook import default_playbook_text, parse_playbook, whole_text
from core.playbook.difference_text import in_words
from core.playbook.differences import Difference, differences

BEFORE = default_playbook_text()


def own(extra: str) -> str:
    return whole_text(f"extends: phase4\n{extra}")


def lines(after: str, language: str = "en") -> list[str]:
    found = differences(BEFORE, after)
    words = in_words(found, parse_playbook(BEFORE, "a"), parse_playbook(after, "b"), language)
    return [said(each.line, language) for each in words]


def test_comments_spacing_and_written_out_defaults_are_no_difference() -> None:
    assert differences(BEFORE, "# a comment\n" + BEFORE) == []
    assert differences(BEFORE, own("training: {seed: 7, gamma: 0.98}\n")) == []


def test_a_field_of_an_item_is_found_by_its_id_and_no_text_follows_its_number() -> None:
    after = own("checks: {kl_divergence: {threshold: 0.02}}\n")
    assert differences(BEFORE, after) == [
        Difference(("checks", "kl_divergence", "threshold"), 0.01, 0.02)
    ]
    assert lines(after) == ['Check "Is the KL divergence below 0.02?", threshold: 0.01 → 0.02']


def test_a_part_that_only_one_has_is_added_or_removed() -> None:
    slot = """
  - {id: night, day: 1, time: "23:00", kind: daily, grace_minutes: 30, owner: ml_engineer,
     page: daily_checkin, title: {en: Night, pt: Noite}, checks: [no_issues]}
"""
    after = own(f"schedule: {slot}")
    assert lines(after) == ['Slot "Night": added']
    [gone] = differences(after, BEFORE)
    assert (gone.dotted, gone.after) == ("schedule.night", None)


def test_a_setting_says_what_it_was_without_being_set_and_what_it_means() -> None:
    after = own('training: {command: [python, train.py, --steps, "{steps}"]}\n')
    assert lines(after) == ["Training, command: not set → python train.py --steps {steps}"]
    [text] = in_words(
        differences(BEFORE, after), parse_playbook(BEFORE, "a"), parse_playbook(after, "b"), "en"
    )
    assert text.meaning.startswith("Command of your own trainer")


def test_the_language_of_the_reader_names_the_parts() -> None:
    after = own("training: {total_steps: 50000}\n")
    found = lines(after, "pt")
    assert found[0] == "Treino, total_steps: 500.000 → 50.000"
    assert len(found) == 2  # the check that repeats the setting follows it
