"""Fixtures of the dashboard's tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import Runtime

from tests.dashboard.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


@pytest.fixture(scope="session", autouse=True)
def _installed_packages_are_scanned_once() -> Iterator[None]:
    """Streamlit asks each package whether it brings components: a fifth of a second a run."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="module")
def no_runtime() -> Iterator[None]:
    """Streamlit's one server of a process can be made, also where an earlier test left one.

    ``AppTest.run`` leaves its own where it raises, as at its time limit on a busy machine; and a real
    one is never taken back.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runtime, "_instance", None)
        yield
