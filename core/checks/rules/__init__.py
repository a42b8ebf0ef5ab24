"""All rules, one subject a file. Importing this package registers them."""

from core.checks.rules import delivery, learning, preflight, preparation, problems, run_state

__all__ = ["delivery", "learning", "preflight", "preparation", "problems", "run_state"]
