"""``python -m tests.benchmarks.recipe``: each part prints what it measured, and whether it is kept."""

from __future__ import annotations

import sys

from tests.benchmarks.recipe import cone, power

PARTS = {"power": power.main, "cone": cone.main}


def main(names: list[str]) -> int:
    """Run the named parts, without a name all of them; 1 if a promise was not kept."""
    kept = [PARTS[name]() for name in names or PARTS]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
