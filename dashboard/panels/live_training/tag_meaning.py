"""Explanation of a tag: definition, unit, healthy range, pitfall; of an unknown one its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, literal, plural
from core.telemetry.inspect import describe
from core.telemetry.tags import meaning as meaning_of
from dashboard.formatting import number
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.telemetry.series import Series
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


def unknown(page: Page, tag: str) -> str:
    """Markdown for a tag that the trainer alone can explain."""
    group, _, name = tag.rpartition("/")
    words = plain(name.replace("_", " "))
    title = f"{words} ({plain(group)})" if group else words
    return page.say(
        "**{title}** · `{tag}`: the trainer's own number. trainweek does not know what it means: no "
        "check and no finding reads it.",
        title=title,
        tag=tag,
    )


def numbers_of(page: Page, series: Series) -> str:
    """How many points a tag has, over which steps, and their ends and range."""
    say, found = page.say, describe(series)
    (first_step, first), (last_step, last) = found["first"], found["last"]
    parts = [
        say(
            plural(
                "{n} point at step {last_step}",
                "{n} points, step {first_step} to {last_step}",
                found["n"],
                first_step=number(first_step),
                last_step=number(last_step),
            )
        ),
        say(
            "first {first}, last {last}, lowest {lowest}, highest {highest}",
            first=_value(first),
            last=_value(last),
            lowest=_value(found["min"]),
            highest=_value(found["max"]),
        ),
    ]
    if found["nonfinite"]:
        parts.append(
            say(plural("{n} is NaN or infinite", "{n} are NaN or infinite", found["nonfinite"]))
        )
    return " · ".join(parts)


def _value(value: float | None) -> Message:
    return literal("NaN") if value is None else number(value)
