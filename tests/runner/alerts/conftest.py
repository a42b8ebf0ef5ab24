"""Fixtures of the alerts' tests."""

from tests.runner.place import place

__all__ = ["place"]
