"""Tables of figures in Markdown: they wrap on a phone, and show icons of the bundled set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.components.markup import unbroken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.page import Page

SHORT = 24  # letters of a value that stays on one line
ICON = 40  # letters that the Markdown of an icon may add
Row = tuple[str, str | None, str]  # name, value (None: not measured), details


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], key: str, words: int = 1) -> None:
    """A table of Markdown cells; it scrolls horizontally if it is too wide.

    :param words: number of columns, from the left, that hold words; the others hold numbers,
        which don't wrap.
    """
    frame = pd.DataFrame([list(row) for row in rows], columns=list(heads))
    numbers = list(heads[words:])
    frame[numbers] = frame[numbers].map(_unbroken)
    with st.container(key=key):
        st.table(frame, border="horizontal", hide_index=True)


def figures_table(page: Page, rows: Sequence[Row], key: str) -> None:
    """One row per figure: name, value, details; a missing value reads "not measured"."""
    absent = f":gray[{page.say('not measured')}]"
    say, lines = page.say, []
    for name, value, meaning in rows:
        shown = absent if value is None else f"**{_unbroken(say.text(value), SHORT)}**"
        small = f":small[:gray[{say.text(meaning)}]]" if meaning else ""
        lines.append([say.text(name), shown, small])
    heads = [say("Figure"), say("Value"), say("Details")]
    columns = 3 if any(meaning for _, _, meaning in rows) else 2
    table(heads[:columns], [line[:columns] for line in lines], key, words=columns)


def _unbroken(text: str, most: int = SHORT + ICON) -> str:
    """Keep a number and its unit on one line; a longer text may wrap."""
    return unbroken(text) if len(text) <= most else text
