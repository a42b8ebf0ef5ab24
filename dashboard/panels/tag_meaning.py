"""What a tag means: definition, healthy range, trap."""

from __future__ import annotations

from dashboard.page import Page


def meaning(page: Page, tag: str | None) -> str | None:
    """One text of what a tag means; None for a tag that nobody described."""
    return None
