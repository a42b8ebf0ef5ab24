"""What several threads ask for is computed by the first, and the others wait for its answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from threading import RLock
from typing import Any

from core.once import once

THREADS = 8


class Sums:
    """Two values that ask for each other's parts, as facts and findings do."""

    def __init__(self) -> None:
        self.computing = RLock()
        self.computed: list[str] = []
        self.asked = threading.Barrier(THREADS)

    @once
    def first(self) -> int:
        """The first."""
        self.computed.append("first")
        return 1

    @once
    def both(self) -> int:
        """Needs the first."""
        self.computed.append("both")
        return self.first + 1

    @once
    def failing(self) -> int:
        """Fails once."""
        self.computed.append("failing")
        if self.computed.count("failing") == 1:
            raise OSError("the disk")
        return 3


def test_all_threads_get_the_first_one_s_answer() -> None:
    sums = Sums()

    def ask(name: str) -> Any:
        sums.asked.wait(20)
        return getattr(sums, name)

    names = ["both", "first"] * (THREADS // 2)
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(ask, names))
    assert found == [2, 1] * (THREADS // 2)
    assert sorted(sums.computed) == ["both", "first"]


def test_a_failure_is_not_kept() -> None:
    sums = Sums()
    try:
        _ = sums.failing
    except OSError:
        assert sums.failing == 3
    assert sums.computed == ["failing", "failing"]
    assert Sums.failing.__doc__ == "Fails once."
