"""A walk over every page of a week: each is opened once, and all that can be wrong is looked for."""

from __future__ import annotations

import re
from collections import defaultdict
from enum import StrEnum, auto
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import expect

from dashboard.navigation import STEMS, TITLES
from dashboard.panels.playbook.page import PARTS
from dashboard.wording.decision import VIEWS
from tests.browser.accessibility import lasting_violations, levels
from tests.browser.layout import lasting_faults
from tests.browser.screen import PLACES, SIZES, title_at
from tests.browser.targets import small_targets
from tests.browser.untranslated import english_on, forms_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.browser.screen import Screen

_VIEWS = {"decision": ("view", VIEWS), "playbook": ("part", PARTS)}
# Reported by the browser for each thing that the policy made it refuse.
_NOTE = """window.refused = [];
document.addEventListener('securitypolicyviolation', event =>
  window.refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));"""


class Subject(StrEnum):
    """What is looked for on a page."""

    BROKEN = auto()
    CUT = auto()
    AXE = auto()
    ENGLISH = auto()
    REFUSED = auto()
    SMALL = auto()


class Manner(NamedTuple):
    """The window that walks, and what it looks for beside broken pages."""

    size: str
    scheme: Literal["light", "dark"]
    locale: str
    looks_for: tuple[Subject, ...]
    sizes: tuple[str, ...]  # in which a text may be cut
    by_address: bool = True  # views are opened so; else on the page, which loads nothing anew


MANNERS = {
    "desktop": Manner(
        "desktop",
        "light",
        "en-US",
        (Subject.CUT, Subject.AXE, Subject.REFUSED),
        ("desktop", "laptop"),  # the phone's is the third walk
    ),
    "portuguese": Manner(
        "desktop", "light", "pt-BR", (Subject.CUT, Subject.ENGLISH), tuple(SIZES), by_address=False
    ),
    "phone": Manner(
        "phone", "dark", "en-US", (Subject.CUT, Subject.AXE, Subject.SMALL), ("phone",),
        by_address=False,
    ),
}  # fmt: skip


class Walk:
    """What was found, by subject: each time the page, and what is wrong with it."""

    def __init__(self, screen: Screen, manner: Manner) -> None:
        self.screen, self.manner = screen, manner
        self.found: dict[Subject, list[str]] = defaultdict(list)
        self.asked: list[str] = []  # addresses of requests and sockets

    def over_every_page(self) -> None:
        page = self.screen.page
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url))
        page.add_init_script(_NOTE)
        page.emulate_media(reduced_motion="reduce")
        for stem, query in PLACES:
            try:
                self._open(stem, query)
            except AssertionError as wrong:
                self._note(Subject.BROKEN, stem, query, [str(wrong)])
                continue
            if Subject.AXE in self.manner.looks_for:
                self._note(Subject.AXE, stem, query, [*lasting_violations(page), *self._headings()])
            if Subject.ENGLISH in self.manner.looks_for:
                self._note(Subject.ENGLISH, stem, query, [*english_on(page), *forms_on(page)])
            if Subject.SMALL in self.manner.looks_for:
                self._note(Subject.SMALL, stem, query, small_targets(page))
            if Subject.REFUSED in self.manner.looks_for:
                self._note(Subject.REFUSED, stem, query, page.evaluate("window.refused.splice(0)"))
            if not query and self.screen.language == "en":
                self.screen.keep(f"{stem}-{self.manner.size}-{self.manner.scheme}")
            for size in self.manner.sizes:
                self._resize(size)
                self._note(Subject.CUT, f"{size}: {stem}", query, lasting_faults(page))
            self._resize(self.manner.size)

    def _open(self, stem: str, query: dict[str, str]) -> None:
        screen = self.screen
        views = _VIEWS.get(stem)
        if query and views and not self.manner.by_address:
            key, captions = views
            if urlsplit(screen.page.url).path != f"/{stem}":
                screen.turn_to(stem)
            screen.choose(key, query[key], captions[query[key]].in_(screen.language))
        elif query or stem == STEMS[0]:
            screen.go(stem, **query)
        else:
            screen.turn_to(stem)
        expect(screen.page.get_by_test_id("stSkeleton")).to_have_count(0)
        screen.assert_whole()
        title = title_at(stem, query).in_(screen.language)
        assert title in screen.main.get_by_role("heading", level=1).inner_text()
        if not query and screen.language == "en":
            expect(screen.page).to_have_title(re.compile(rf"{TITLES[stem]} · trainweek$"))
            screen.sees("SYNTHETIC DATA")

    def _headings(self) -> list[str]:
        ranks = levels(self.screen.page)
        in_order = all(low <= high + 1 for high, low in pairwise([0, *ranks]))
        return [] if ranks.count(1) == 1 and in_order else [f"headings of levels {ranks}"]

    def _resize(self, size: str) -> None:
        width, height = SIZES[size]
        self.screen.page.set_viewport_size({"width": width, "height": height})

    def _note(
        self, subject: Subject, stem: str, query: dict[str, str], wrong: Iterable[str]
    ) -> None:
        place = "/".join([stem, *query.values()])
        self.found[subject] += [f"{place}: {each}" for each in wrong]
