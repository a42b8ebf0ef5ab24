"""A home with a week whose record is on a server, whatever `make` was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runner.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgresql import Server


@pytest.fixture
def shared(tmp_path: Path, postgresql: Server) -> Iterator[Place]:
    postgresql.week(tmp_path / "home")
    made = Place(tmp_path / "home")
    yield made
    made.clear()
