"""Real files that a developer may have beside the checkout: real candles, real events.

They are not part of the project (their licences or their size forbid it). Tests that
use them skip with a reason where they are absent; nothing else may depend on them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("TRAINWEEK_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared_file(relative: str) -> Path:
    """The path of a shared file; skips the test where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"{relative} is not beside this checkout")
    return path
