"""``python -m tests.benchmarks.recipe``: each part prints what it measured, and whether it is kept."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.recipe import (
    cone,
    coverage,
    power,
    reproduce,
    selected,
    selection,
    tuning,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS: dict[str, Callable[[], bool]] = {
    "selection": selection.main,
    "tuning": tuning.main,
    "coverage": coverage.main,
    "power": power.main,
    "cone": cone.main,
    "selected": selected.main,
    "reproduce": reproduce.main,
}


def main(words: list[str]) -> int:
    """Run the named parts, without a name all of them; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--times", type=int, default=reproduce.TIMES, help="reproductions")
    asked = parser.parse_args(words)
    parts = PARTS | {"reproduce": partial(reproduce.main, asked.times)}
    kept = [parts[name]() for name in asked.names or parts]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
