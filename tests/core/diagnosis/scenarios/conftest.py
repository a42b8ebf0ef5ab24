"""Runs that several scenarios are tested with."""

from __future__ import annotations

import pytest

from tests.core.diagnosis.runs import open_reader, ppo, stuck
from tests.event_files import write_events


@pytest.fixture(scope="module")
def stuck_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stuck")
    write_events(folder, ppo(1000, rollout__ep_rew_mean=stuck))
    return open_reader(folder)
