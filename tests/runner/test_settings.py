"""Settings from the environment."""

from __future__ import annotations

import sys
from dataclasses import fields

import pytest

from core.errors import InputError
from core.vocabulary import JobKind
from runner.settings import Settings


def test_the_environment_sets_each_timing() -> None:
    given = Settings.from_environment(
        {
            "TRAINWEEK_STOP_GRACE_S": "2.5",
            "TRAINWEEK_RESUMES_A_DAY": "1",
            "TRAINWEEK_AUTOMATIC_RESUME": "0",
            "TRAINWEEK_COMMAND_DAILY_CHECK": '["./mine", "now"]',
        }
    )
    assert (given.stop_grace_s, given.resumes_a_day, given.automatic_resume) == (2.5, 1, False)
    assert given.commands[JobKind.DAILY_CHECK] == ("./mine", "now")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRAINWEEK_STOP_GRACE_S", "soon"),
        ("TRAINWEEK_STOP_GRACE_S", "-1"),
        ("TRAINWEEK_STOP_GRACE_S", "nan"),
        ("TRAINWEEK_SCHEDULE", "maybe"),
        ("TRAINWEEK_RESUMES_A_DAY", "1.5"),
        ("TRAINWEEK_COMMAND_TRAIN", "python"),
        ("TRAINWEEK_COMMAND_TRAIN", "[]"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name):
        Settings.from_environment({name: value})


def test_each_kind_has_a_program_and_ps_shows_the_trainer() -> None:
    commands = Settings().commands
    assert set(commands) == set(JobKind)
    assert commands[JobKind.TRAIN] == (sys.executable, "-m", "runner.jobs.train_ppo")


def test_the_defaults_are_found_without_any_environment() -> None:
    given = Settings.from_environment({})
    assert all(getattr(given, f.name) == getattr(Settings(), f.name) for f in fields(Settings))
