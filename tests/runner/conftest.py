"""Fixtures of the runner's tests."""

from tests.runner.place import place

__all__ = ["place"]
