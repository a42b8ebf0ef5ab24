"""Tables of figures in Markdown: they wrap on a phone, and show icons of the bundled set."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.page import Page
from dashboard.wording import plain

SHORT = 24  # letters of a value that stays on one line
ICON = 40  # letters that the directive of an icon may add to it
Row = tuple[str, str | None, str]  # name, value (None: not measured), what it means


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], key: str, words: int = 1) -> None:
    """Any table; heads and cells are Markdown. It scrolls within itself where it is too wide.

    :param words: so many columns from the left hold words; those behind them, numbers,
        which don't break.
    """
    frame = pd.DataFrame([list(row) for row in rows], columns=list(heads))
    numbers = list(heads[words:])
    frame[numbers] = frame[numbers].map(_unbroken)
    with st.container(key=key):
        st.table(frame, border="horizontal", hide_index=True)


def figures_table(page: Page, rows: Sequence[Row], key: str) -> None:
    """One row a figure: what it is, its value, what it means; not measured says so."""
    absent = f":gray[{page.say('decide.not_measured')}]"
    say, lines = page.say, []
    for name, value, meaning in rows:
        told = absent if value is None else f"**{_unbroken(plain(value), SHORT)}**"
        small = f":small[:gray[{plain(meaning)}]]" if meaning else ""
        lines.append([plain(name), told, small])
    heads = [say(f"figures.{head}") for head in ("figure", "value", "meaning")]
    columns = 3 if any(meaning for _, _, meaning in rows) else 2
    table(heads[:columns], [line[:columns] for line in lines], key, words=columns)


def _unbroken(text: str, most: int = SHORT + ICON) -> str:
    """A number and its unit stay on one line; a longer text may break."""
    return text.replace(" ", "\u00a0") if len(text) <= most else text


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
