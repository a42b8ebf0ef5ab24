"""What a tag means: definition, healthy range, trap."""

from __future__ import annotations

from core.telemetry.tags import meaning as meaning_of
from dashboard.page import Page
from dashboard.wording import plain


def meaning(page: Page, tag: str | None) -> str | None:
    """Markdown of what a tag means; None for a tag that nobody described."""
    known = meaning_of(tag) if tag else None
    if known is None:
        return None
    say = page.say
    lines = [f"`{known.tag}` {plain(known.definition)}"]
    if known.healthy:
        lines.append(f"**{say('live.healthy')}:** {plain(known.healthy)}")
    if known.trap:
        lines.append(f"**{say('live.trap')}:** {plain(known.trap)}")
    return "  \n".join(lines)
