"""The menu on a narrow window: closed after each load, and after each choice of a page.

Streamlit keeps in the browser's storage that it was opened, and there it covers the page: whoever
opened it once would find it over every page that a message's link leads to.
"""

from __future__ import annotations

import streamlit as st

# The width is Streamlit's own limit, below which its menu lies over the page.
_JS = """
const narrow = window.matchMedia("(max-width: 767.98px)");
const shown = () => document.querySelector('[data-testid="stSidebar"][data-collapsed="false"]');
let begun = false;

function close() {
  if (narrow.matches) shown()?.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

function forget() {
  if (!narrow.matches) return;
  Object.keys(localStorage).filter((key) => key.startsWith("stSidebarCollapsed-"))
    .forEach((key) => localStorage.removeItem(key));
}

export default function () {
  if (begun) return;
  begun = true;
  forget();
  close();
  const later = new MutationObserver(close);  // Streamlit may open it only after this was drawn
  later.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-collapsed"] });
  setTimeout(() => later.disconnect(), 3000);
  document.addEventListener("pointerdown", () => later.disconnect(), { capture: true, once: true });
  document.addEventListener("click", (event) => {
    later.disconnect();  // from here on it is the person's choice
    if (event.target.closest?.('[data-testid="stSidebar"] .stPageLink a')) close();
    setTimeout(forget);  // Streamlit has then written what the click changed
  });
  window.addEventListener("pagehide", forget);
}
"""


def draw() -> None:
    """Once in each run; nothing is seen of it."""
    component = st.components.v2.component("trainweek_small_menu", js=_JS)
    component(data={}, key="small-menu", height=0)
