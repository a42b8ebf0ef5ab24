"""What holds for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql import postgresql

__all__ = ["postgresql"]

# The same examples on each machine and at each run; a busy machine is slow, not wrong.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


# Long browser tests on homes of their own, for one worker while the other plays the week; those that
# change the homes which others read; and, to fill up both workers at the end, short ones on homes
# of their own.
_EARLY = ("test_weeks.py", "test_sign_in.py", "test_runs.py")
_LATE = ("test_week_with_others.py", "test_week_by_hand.py")
_LAST = (
    "test_history.py",
    "test_acknowledging.py",
    "test_wall.py",
    "test_curves.py",
    "test_proxy.py",
    "test_proxy_below_a_path.py",
)
_BROWSER = Path(__file__).parent / "browser"
_DEMO = Path(__file__).parent / "runner" / "demo"
_CORE = Path(__file__).parent / "core"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers take files in this order: a long one, taken last, would keep one core busy alone."""
    for item in items:
        # Real processes and two workers share two cores. What fails once and passes then is named in
        # pytest's summary (RERUN): a race in the test or in the product, to be looked for. core is
        # pure: its tests have one try.
        if _CORE not in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: _place(item.path, item.path in slow))


def _place(path: Path, slow: bool) -> tuple[int, int]:
    if path.parent == _DEMO:
        return 2, 0  # wants the played week
    if path.parent == _BROWSER:
        for place, files in ((1, _EARLY), (3, _LATE), (4, _LAST)):
            if path.name in files:
                return place, files.index(path.name)
    return (0 if slow else 2), 0
