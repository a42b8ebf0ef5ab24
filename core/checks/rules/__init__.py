"""All rules, one subject a file. Importing this package registers them."""

from core.checks.rules import delivery, learning, preflight, preparation, running, trouble

__all__ = ["delivery", "learning", "preflight", "preparation", "running", "trouble"]
