"""One framed chart: title, newest values, curves, the meaning of its tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.charts import draw_curves
from dashboard.components.headings import part
from dashboard.figures.curves import ends_of
from dashboard.figures.palette import CARD_POINTS
from dashboard.formatting import number
from dashboard.panels.live_training.tag_meaning import meaning, numbers_of, unknown
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.figures.view import Band, Limit, Line, Mark, View
    from dashboard.page import Page
    from dashboard.panels.live_training.lines import Lines

HEIGHT = 210
MAX_VALUES = 3  # newest values in a chart's title


@dataclass(frozen=True)
class Shown:
    """What all charts of the page share."""

    page: Page
    lines: Lines
    view: View
    marks: Sequence[Mark]

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends of the horizontal axis of all charts, in its own unit."""
        return ends_of(self.view)


@dataclass(frozen=True)
class Card:
    """One chart.

    :ivar tags: name of each curve to its tag.
    :ivar tag: whose meaning is shown with the chart.
    :ivar nothing: said in place of a chart without points.
    :ivar note: beside the newest value.
    :ivar explained: the meaning, and the numbers of the tag, stand under the title.
    """

    key: str
    title: str
    tags: Mapping[str, str]
    tag: str | None = None
    limits: Sequence[Limit] = ()
    bands: Sequence[Band] = ()
    nothing: str = ""
    note: str = ""
    explained: bool = False

    def draw(self, shown: Shown) -> None:
        """Draw it."""
        page = shown.page
        say, lines = page.say, shown.lines.of(self.tags)
        with st.container(border=True, gap="xxsmall", key=f"chart-{self.key}"):
            help_ = meaning(page, self.tag) if self.tag and not self.explained else None
            part(f"{say.text(self.title)}{self._newest(page, lines)}", help=help_)
            if self.explained and self.tag:
                st.caption(meaning(page, self.tag) or unknown(page, self.tag))
                if own := lines.get(self.tag):
                    st.caption(numbers_of(page, own.points))
            if not lines:
                with st.container(height=HEIGHT, border=False):
                    nothing = say("No points of {tag} yet", tag=self.tag or self.title)
                    st.caption(self.nothing or nothing)
                return
            draw_curves(
                page, lines, key=f"curve-{self.key}", title=self.title, height=HEIGHT,
                limits=self.limits, bands=self.bands, marks=shown.marks, view=shown.view,
                numbers=False, most=CARD_POINTS,
            )  # fmt: skip

    def _newest(self, page: Page, lines: Mapping[str, Line]) -> str:
        """Markdown of the newest values; the legend names many, the title has no room for them."""
        say = page.say
        own = {name: line.points for name, line in lines.items() if not line.other}
        found = ""
        if own:
            step = max(points.last[0] for points in own.values())
            values = " · ".join(
                f"{f':gray[{plain(name)}] ' if len(own) > 1 else ''}**{say(number(points.last[1]))}**"
                for name, points in own.items()
            )
            at = say("step {step}", step=number(step))
            found = f" {values if len(own) <= MAX_VALUES else ''} :small[:gray[{at}]]"
        return found + (f" :small[:gray[{self.note}]]" if self.note else "")
