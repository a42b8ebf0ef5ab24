"""A short run of ``make chaos``: real kills at random moments, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.chaos import Chaos

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 3


@pytest.mark.timeout(900)  # it takes a minute; its own waits end it first
def test_random_kills_lose_no_row_and_leave_no_process(tmp_path: Path) -> None:
    tally = Chaos(tmp_path / "home", seed=11, say=print).run(ROUNDS)
    assert tally.ok, tally.text()
    assert tally.rounds == ROUNDS
    # Each round kills a process; a person who ticks all the while was promised rows.
    assert sum(tally.kills.values()) >= ROUNDS
    assert tally.acknowledged > 10 * ROUNDS
