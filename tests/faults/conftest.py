"""Fixtures of the fault tests."""

from tests.runner.place import place

__all__ = ["place"]
