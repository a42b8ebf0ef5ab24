"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

from tests.postgresql import postgresql

__all__ = ["postgresql"]

# The same examples on each machine and at each run; a busy machine is slow, not wrong.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
