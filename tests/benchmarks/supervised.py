"""A home with a week and a real runner, for as long as a measurement takes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.people import Person
from core.vocabulary import Role
from runner.client import Client
from runner.home.launch import stop_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.paths import Home


@contextmanager
def supervised(
    home: Home, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[Client, int]]:
    """The lead's client and the runner's pid; after it nothing of the home is alive."""
    client = Client(home, Person("Lea", Role.LEAD))
    client.create_week(datetime.now(UTC))
    with home.runner_log.open("ab") as log:
        runner = subprocess.Popen(
            [sys.executable, "-m", "runner.service", "--home", str(home.root)],
            env=os.environ | dict(environment or {}),
            stdout=log,
            stderr=log,
        )
    try:
        yield client, runner.pid
    finally:
        runner.terminate()
        runner.wait()
        stop_all(home)
