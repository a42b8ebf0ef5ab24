"""The runner's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.runner.place import Place


def test_it_reports_misspelt_variables_at_its_start(place: Place) -> None:
    place.runner(TRAINWEEK_STOP_GRACE="5")
    said = "TRAINWEEK_STOP_GRACE sets nothing. Did you mean TRAINWEEK_STOP_GRACE_S?"
    assert said in place.home.runner_log.read_text()
