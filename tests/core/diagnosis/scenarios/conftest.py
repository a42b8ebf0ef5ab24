"""Runs that several scenarios are tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.diagnosis.runs import open_reader, ppo, stuck
from tests.event_files import write_events

if TYPE_CHECKING:
    from core.telemetry import RunReader


@pytest.fixture(scope="module")
def stuck_run(tmp_path_factory: pytest.TempPathFactory) -> RunReader:
    folder = tmp_path_factory.mktemp("stuck")
    write_events(folder, ppo(1000, rollout__ep_rew_mean=stuck))
    return open_reader(folder)
