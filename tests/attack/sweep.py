"""Every control of every page, pressed by a program: drawn or not, enabled or not."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from core.ledger_bodies import ActDenied
from dashboard.navigation import STEMS
from tests.attack import acts
from tests.attack.protocol import Widget, choose, press, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamlit.proto.WidgetStates_pb2 import WidgetState

    from runner.client import Client
    from runner.records import LedgerEntry
    from tests.attack.protocol import Tab

REASON = "A reason that a program wrote."
LAST = "weeks"  # another active week changes all other pages
PAGES = (*(stem for stem in STEMS if stem != LAST), LAST)
_NUMBERS = ("start:seed", "start:learning_rate", "start:ent_coef", "act:", "take-playbook:file")
_LEAVES = ("Sign out", "Access tokens")  # a dialog stands before the page
_ALIKE = (
    (re.compile(r"^tick:[^:]*:[^:]*(:save)?$"), r"tick\1"),
    (re.compile(r"^act:.*:"), "act:"),
    (re.compile(r"[0-9a-f]{12,}|\d+"), "#"),
)


def same(page: str, widget: Widget) -> str:
    """The name that controls of one kind on one page share: one of them stands for all."""
    name = widget.key or widget.label
    for pattern, one in _ALIKE:
        name = pattern.sub(one, name)
    return f"{page} {name}"


def filled(widgets: Iterable[Widget]) -> list[WidgetState]:
    """What a person would have entered before a click: reasons and notes, and a decision."""
    states = []
    for widget in widgets:
        if widget.is_empty_text and not widget.key.startswith(_NUMBERS):
            states.append(write(widget.id, REASON))
        elif widget.key.startswith("sign:act") and widget.options:
            states.append(choose(widget.id, widget.options[-1]))  # reject
    return states


def drawn(tab: Tab, page: str) -> list[Widget]:
    """The controls of a page once its fields are filled: a choice opens others."""
    tab.run(page)
    tab.run(page, filled(tab.widgets.values()))
    return list(tab.widgets.values())


def buttons(page: str, widgets: Iterable[Widget]) -> dict[str, Widget]:
    """One button of each kind, by what they share; not those that leave the page."""
    found: dict[str, Widget] = {}
    for widget in widgets:
        if widget.is_button and widget.label not in _LEAVES:
            found.setdefault(same(page, widget), widget)
    return found


def press_key(tab: Tab, page: str, widgets: Iterable[Widget], key: str) -> None:
    """Fill the fields of a page that was drawn, and press the button whose key begins so."""
    known = list(widgets)
    (button,) = [w for w in known if w.is_button and w.key.startswith(key)][:1]
    tab.run(page, [*filled(known), press(button.id)])


def harvest(tab: Tab, pages: Iterable[str] = PAGES) -> dict[str, list[Widget]]:
    """The controls of each page, as this person is sent them."""
    return {page: drawn(tab, page) for page in pages}


def press_all(tab: Tab, pages: Iterable[str] = PAGES) -> int:
    """Press one button of each kind on each page, disabled or not, with all fields filled; how many."""
    pressed: set[str] = set()
    for page in pages:
        widgets = drawn(tab, page)
        while left := [w for n, w in buttons(page, widgets).items() if n not in pressed]:
            tab.run(page, [*filled(widgets), press(left[0].id)])
            pressed.add(same(page, left[0]))
            widgets = list(tab.widgets.values())
    return len(pressed)


def press_forged(tab: Tab, known: dict[str, list[Widget]], query: str = "") -> int:
    """Send the events of controls, whether or not one's own pages have them.

    :param query: of the pages' address.
    """
    count = 0
    for page, widgets in known.items():
        tab.run(page, query=query)
        for button in buttons(page, widgets).values():
            tab.run(page, [*filled(widgets), press(button.id)], query)
            count += 1
    return count


class Watch:
    """The lines that people's acts leave on the ledger from now on."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._from = max((line.seq for line in client.activity(None, 1)), default=0)

    def lines(self, by: str | None = None) -> list[LedgerEntry]:
        """New lines, of this person alone if one is named."""
        new = [e for e in self.client.activity(None, 10_000) if e.seq > self._from]
        return [e for e in new if by is None or e.by == by]

    def rows(self, by: str | None = None) -> Counter[str]:
        """Acts by their row of the table."""
        found = (acts.row_of(self.client, line) for line in self.lines(by))
        return Counter(row for row in found if row is not None)

    def denials(self, by: str) -> int:
        """Refusals that were recorded of this person."""
        return sum(isinstance(line.body, ActDenied) for line in self.lines(by))
