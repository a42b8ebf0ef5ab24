"""Keys on a checklist: j and k move, t ticks, e shows the curve, u takes back, n writes a note.

Streamlit's own shortcuts belong to one button each, and each key would cost a run of the script.
This component, which draws nothing, moves the focus in the page and presses the buttons that are
there; without it the checklist works the same. It is still while somebody types or a window of
the page is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from dashboard.page import Page

_JS = """
const known = new WeakMap();

export default function ({ parentElement }) {
  if (!known.has(parentElement)) known.set(parentElement, begin());
  return known.get(parentElement);
}

function begin() {
  let current = null;  // the row's class: a row that is drawn anew is another element
  const name = (row) => [...row.classList].find((each) => each.startsWith("st-key-item-"));
  const rows = () => [...document.querySelectorAll('[class*="st-key-item-"]')];
  function row() {
    const found = document.activeElement?.closest?.('[class*="st-key-item-"]')
      ?? rows().find((each) => name(each) === current);
    if (!found) current = null;  // it may come back, and nobody would have chosen it
    return found;
  }
  const typed = (element) =>
    element?.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element?.tagName);

  function to(chosen) {
    if (!chosen) return;
    current = name(chosen);
    chosen.tabIndex = -1;
    chosen.setAttribute("role", "group");
    chosen.setAttribute("aria-label", chosen.querySelector("strong")?.textContent ?? "");
    chosen.focus({ preventScroll: true });
    chosen.scrollIntoView({ block: "nearest" });
  }

  function move(by) {
    const all = rows(), at = all.indexOf(row());
    to(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  function press(kind) {
    const chosen = row() ?? (kind === "curve" ? rows()[0] : null);  // only what was chosen is ticked
    if (!chosen) return;
    const button = [...chosen.querySelectorAll(`[class*="st-key-${kind}-"] button`)]
      .find((each) => !each.disabled);
    to(chosen);
    button?.click();
    if (button?.getAttribute("aria-haspopup")) write();
  }

  function write(tries = 20) {  // the field of the window that opens
    const field = document.querySelector('[data-testid="stPopoverBody"] textarea');
    if (field) field.focus();
    else if (tries) setTimeout(write, 50, tries - 1);
  }

  const note = () => document.querySelector('[class*="st-key-note-"] input')?.focus();
  const meant = {
    j: () => move(1), k: () => move(-1), t: () => press("tick"), u: () => press("undo"),
    e: () => press("curve"), n: note,
  };

  function heard(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typed(event.target) || document.querySelector('[role="dialog"], [data-testid="stPopoverBody"]')) {
      if (event.key === "Escape" && typed(event.target)) event.target.blur();
      return;
    }
    const act = meant[event.key];
    if (!act) return;
    event.preventDefault();  // else the letter would stand in the field
    if (event.repeat && "tu".includes(event.key)) return;  // one press, one tick
    act();
  }

  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}
"""


def draw(page: Page) -> None:
    """Hear the keys while a checklist is shown, and say which; once on a page.

    The sidebar turns them off: single letters are in the way of speech input (WCAG 2.1.4).
    """
    if not page.viewer.keys:
        return
    say = page.say
    text = say("Keys: `j` `k` move · `t` tick · `e` curve · `u` undo · `n` note")
    with st.container(key="keys-help"):
        st.markdown(f":small[:gray[:material/keyboard: {text}]]")
    component = st.components.v2.component("trainweek_keys", js=_JS)
    component(data={}, key="heard-keys", height=0)
