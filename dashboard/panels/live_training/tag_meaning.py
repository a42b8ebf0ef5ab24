"""Explanation of a tag: definition, unit, healthy range with its source, pitfall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.telemetry.tags import meaning as meaning_of
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.page import Page


def meaning(page: Page, tag: str | None) -> str | None:
    """Markdown of the explanation; None for an unknown tag."""
    known = meaning_of(tag) if tag else None
    if known is None:
        return None
    say, language = page.say, page.viewer.language
    unit = f" {plain(f'[{known.unit.in_(language)}]')}" if known.unit else ""
    lines = [f"`{known.tag}`{unit}: {plain(known.definition.in_(language))}"]
    if known.healthy:
        healthy, source = known.healthy.in_(language), known.source.in_(language)
        lines.append(f"**{say('Healthy')}:** {plain(healthy)} ({plain(source)})")
    else:
        lines.append(f"**{say('Defined by')}:** {plain(known.source.in_(language))}")
    if known.trap:
        lines.append(f"**{say('Pitfall')}:** {plain(known.trap.in_(language))}")
    return "  \n".join(lines)
