"""Named figures: what it is, its value, what it means; what was not measured says so."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.page import Page
from dashboard.wording import plain

Row = tuple[str, str | None, str]  # name, value (None: not measured), what it means


def figures_table(page: Page, rows: Sequence[Row], key: str) -> None:
    """One row a figure; Markdown, so that it wraps on a phone."""
    absent = f":gray[{page.say('decide.not_measured')}]"
    say, lines = page.say, []
    for name, value, meaning in rows:
        told = absent if value is None else f"**{plain(value)}**"
        small = f":small[:gray[{plain(meaning)}]]" if meaning else ""
        lines.append([plain(name), told, small])
    heads = [say(f"figures.{head}") for head in ("figure", "value", "meaning")]
    columns = 3 if any(meaning for _, _, meaning in rows) else 2
    table = [line[:columns] for line in (heads, [":--"] * 3, *lines)]
    with st.container(key=key):
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in table))


def signed(value: float | None, digits: int = 2, unit: str = "") -> str | None:
    """``+1.20 %``; None stays None."""
    return None if value is None else f"{value:+.{digits}f}{unit}"


def fixed(value: float | None, digits: int = 2, unit: str = "") -> str | None:
    """``1.20 %``; None stays None."""
    return None if value is None else f"{value:,.{digits}f}{unit}"


def share(value: float | None) -> str | None:
    """``61 %`` of a share; ``99.9 %`` near the ends, where the rounding would say too much."""
    if value is None:
        return None
    percent = 100 * value
    digits = 1 if 99 < percent < 100 or 0 < percent < 1 else 0
    text = f"{percent:.{digits}f}"
    if digits and text in {"100.0", "0.0"}:
        return "> 99.9 %" if percent > 50 else "< 0.1 %"
    return f"{text} %"
