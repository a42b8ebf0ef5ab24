"""Links within a text that open a page in this session: a text with twenty of them is one element.

Streamlit opens a link of a text in a new tab, which is a new session. This component, which draws
nothing, hears the click and has Python go there. Without it, or with Ctrl, the new tab opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from dashboard import shown_week
from dashboard.navigation import PAGES_FOLDER, STEMS
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = "text-links"
_JS = """
const known = new WeakMap();

export default function ({ parentElement, setTriggerValue }) {
  let own = known.get(parentElement);
  if (!own) known.set(parentElement, (own = begin()));
  own.tell = (address) => setTriggerValue("opened", address);
  return own.end;
}

function begin() {
  const own = {};
  function heard(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.('[class*="st-key-links-"] a[href]');
    if (!link) return;
    event.preventDefault();
    own.tell(link.getAttribute("href"));
  }
  document.addEventListener("click", heard);
  own.end = () => document.removeEventListener("click", heard);
  return own;
}
"""


def text_link(
    stem: str,
    label: str,
    query: Mapping[str, str] | None = None,
    *,
    week: str | None = "",
    tip: str = "",
) -> str:
    """Markdown of a link to a page, for a text in a container whose key begins with ``links-``.

    :param label: Markdown.
    :param week: the week that the page shows, as for :func:`dashboard.navigation.link`.
    :param tip: what a mouse reads over it, as plain text.
    """
    asked = urlencode({**shown_week.query(week), **(query or {})}, safe=":")
    title = f' "{plain(tip)}"' if tip else ""
    return f"[{label}]({stem}{'?' + asked if asked else ''}{title})"


def draw() -> None:
    """Once in each run, before the page: follow the link that was clicked."""
    component = st.components.v2.component("trainweek_text_links", js=_JS)
    found = component(data={}, key=_KEY, height=0, on_opened_change=lambda: None)
    address = urlsplit(found.opened or "")
    if address.path in STEMS:  # whatever a browser may send
        st.switch_page(
            PAGES_FOLDER / f"{address.path}.py", query_params=dict(parse_qsl(address.query))
        )
