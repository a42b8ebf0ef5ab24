"""Finds English on a page that should be Portuguese.

A text is English if it is what some sentence of the code would show, and that sentence
has another Portuguese wording, or none. Fields of a sentence match anything. Machine words of
states, and days and numbers as English writes them, are English too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from core.language import LOCALES
from core.locales.sentences import extract
from core.paths import CHECKOUT
from core.state_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import Page

KEYWORDS = {"Message": None, "plural": (1, 2), "say": None, "raw": None}
LETTERS = 3  # fewer outside the fields say nothing about the language
LONG = 14  # letters: such a sentence is also found inside a longer text
# Streamlit's own labels, its points of a spark line, a tag of the reward, and the notes that the
# demo's people type in English.
FOREIGN = re.compile(r"Skip to main content|Open|Choose date and time|market|x: .*; y: .*|Seen: .*")
PARTS = re.compile(r"\s+·\s+|\n")  # what the pages join with a dot are texts of their own

STATES = {
    state.name: word.in_("pt").upper() for words in WORDS.values() for state, word in words.items()
}
STATE = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(name for name, word in STATES.items() if name != word)
    + r")(?![\w-])"
)
# Weeks, files and commands are named by their ISO day; versions and model names have points.
DAY = re.compile(r"(?<![Ss]emana )(?<![\w/-])\d{4}-\d\d-\d\d(?:T[\d:]+Z?)?(?![\w-]|\.\w)")
NUMBER = re.compile(
    r"(?<![\w.,])(?:0\.\d+|\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3}(?:,\d{3})*\.(?!\d{3}(?!\d))\d+)(?![\w.,])"
)

# Visible texts, and what is read aloud or shown on hover. Code, logs and JSON are machine text.
_COLLECT = """() => {
  const machine = 'pre, code, script, style, [data-testid="stJson"], [data-testid="stCode"],'
    + ' [data-testid="stIconMaterial"], [data-testid="stHeader"], [role="img"], svg title, svg[title]';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const box = element && element.getBoundingClientRect();
    if (element && !element.closest(machine) && box.width && box.height)
      found.push(walker.currentNode.textContent);
  }
  for (const name of ['aria-label', 'placeholder', 'alt', 'title'])
    for (const element of document.querySelectorAll(`[data-testid="stApp"] [${name}]`))
      if (!element.closest(machine + ', [data-testid="stToolbar"]'))
        found.push(element.getAttribute(name));
  return found;
}"""


@dataclass(frozen=True)
class Sentence:
    """An English sentence as a page shows it, and the text it comes from."""

    text: str
    pattern: re.Pattern[str]
    long: bool

    def shown_in(self, text: str) -> bool:
        found = self.pattern.search if self.long else self.pattern.fullmatch
        return found(text) is not None


def texts_of(page: Page) -> list[str]:
    """What people read on the page, without machine text."""
    return list(page.evaluate(_COLLECT))


def english_on(page: Page) -> list[str]:
    """Each English text of the page, with the sentence that it is."""
    return english_among(texts_of(page))


def english_forms(text: str) -> list[str]:
    """Machine words of states, ISO days and English numbers in a text."""
    if FOREIGN.fullmatch(" ".join(text.split())):
        return []
    kinds = {"state": STATE, "day": DAY, "number": NUMBER}
    return [
        f"{found!r} in {text!r} is an English {kind}"
        for kind, pattern in kinds.items()
        for found in pattern.findall(text)
    ]


def forms_on(page: Page) -> list[str]:
    """:func:`english_forms` of the page's texts, those of its charts included."""
    return [form for text in [*texts_of(page), *_chart_texts(page)] for form in english_forms(text)]


def _chart_texts(page: Page) -> list[str]:
    return list(
        page.evaluate("[...document.querySelectorAll('svg text')].map(text => text.textContent)")
    )


def english_among(texts: Iterable[str]) -> list[str]:
    found = set()
    for part in {part for text in texts for part in PARTS.split(text or "")}:
        shown = " ".join(part.split())
        if FOREIGN.fullmatch(shown):
            continue
        for sentence in _to_translate():
            if sentence.shown_in(shown):
                found.add(f"{shown!r} is {sentence.text!r}")
    return sorted(found)


@cache
def _to_translate() -> tuple[Sentence, ...]:
    """The sentences whose English must not be seen on a Portuguese page."""
    portuguese = _portuguese()
    same = {text for text, other in portuguese.items() if text == other}
    translated = {" ".join(other.split()) for other in portuguese.values()}
    translated |= {piece for other in portuguese.values() for piece in _pieces(other)}
    found = []
    for text in dict.fromkeys(_sentences()):
        if text in same or text in translated:
            continue
        for piece in _pieces(text):
            letters = sum(map(str.isalpha, "".join(_literals(piece))))
            if letters >= LETTERS and piece not in translated:
                pattern = re.compile(_pattern(piece, long=letters >= LONG))
                found.append(Sentence(text, pattern, letters >= LONG))
    return tuple(found)


def _portuguese() -> dict[str, str]:
    with (LOCALES / "pt_BR" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale="pt_BR") if entry.id]
    known: dict[str, str] = {}
    for entry in entries:
        ids = (entry.id,) if isinstance(entry.id, str) else entry.id
        texts = (entry.string,) if isinstance(entry.string, str) else entry.string or ()
        known.update(zip(ids, texts, strict=True))
    return known


def _sentences() -> Iterator[str]:
    for package in ("core", "runner", "dashboard"):
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            with path.open("rb") as file:
                for _, _, text, _ in extract(file, KEYWORDS, (), {}):
                    yield from (text,) if isinstance(text, str) else text


def _pieces(text: str) -> list[str]:
    """The parts between the marks of Markdown, each of which is a text of its own on the page."""
    bare = re.sub(r":\w+(-badge)?\[|\]|:material/\w+:", "\n", text)
    return [piece.strip() for piece in re.split(r"\*\*|`[^`]*`|\*|\n", bare) if piece.strip()]


def _literals(text: str) -> list[str]:
    return [literal for literal, _, _, _ in Formatter().parse(text)]


def _pattern(text: str, *, long: bool) -> str:
    parts = []
    for literal, field, _, _ in Formatter().parse(text):
        parts.append(re.escape(literal))
        if field is not None:
            parts.append(".+?" if long else r"[^,;:()]+?")
    joined = "".join(parts)
    return rf"(?<!\w){joined}(?!\w)" if long else joined
