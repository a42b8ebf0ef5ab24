"""What every page of a report must be."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Balanced(HTMLParser):
    """Fails on a closing tag that nothing opened."""

    VOID = frozenset({"meta", "br", "img", "hr", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def assert_well_formed(page: str) -> None:
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []


def assert_offline(page: str) -> None:
    """It names no file and no host: all that it shows is in it."""
    addresses = set(re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?([^"\')\s>]+)', page))
    assert {address for address in addresses if not address.startswith("#")} == set()
    assert "<script" not in page
    assert "@import" not in page
