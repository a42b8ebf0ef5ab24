"""The list of all weeks as the browser draws it: a table, and one card a week on a phone.

One component for all lines: a hundred weeks of Streamlit's own elements would take the browser
seconds. A line's link opens the week in this session; it is a plain link for a new tab.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

OPENED = "opened"  # the trigger: the id of the week whose link was clicked

_HTML = '<div class="board"></div>'

_CSS = """
.board { font-family: var(--st-font); color: var(--st-text-color);
  font-size: var(--st-base-font-size); line-height: 1.4; container-type: inline-size; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; padding: 0.35rem 0.6rem 0.35rem 0; font-size: 0.9em; }
td { vertical-align: top; padding: 0.5rem 0.6rem 0.5rem 0; overflow-wrap: anywhere; }
tr { border-bottom: 1px solid var(--st-border-color); }
a { color: var(--st-link-color); font-weight: 600; text-decoration: none; display: inline-block;
  min-height: 1.75rem; min-width: 1.75rem; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.icon { font-family: "Material Symbols Rounded"; font-size: 1.15em; line-height: 1;
  vertical-align: -0.18em; margin-right: 0.25em; font-feature-settings: "liga"; white-space: nowrap;
  display: inline-block; width: 1em; overflow: hidden; }
.more { font-size: 0.88em; }
.green { color: var(--st-green-text-color); } .orange { color: var(--st-orange-text-color); }
.red { color: var(--st-red-text-color); } .blue { color: var(--st-blue-text-color); }
.violet { color: var(--st-violet-text-color); } .gray { color: var(--st-gray-text-color); }
@container (max-width: 700px) {
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
    margin-bottom: 0.6rem; padding: 0.4rem 0.7rem; }
  td { padding: 0.15rem 0; }
  a { min-height: 2.5rem; line-height: 2.5rem; }
}
"""

_JS = """
const known = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let own = known.get(parentElement);
  if (!own) known.set(parentElement, (own = { rows: new Map(), heads: "" }));
  own.open = (week) => setTriggerValue("opened", week);
  draw(own, parentElement.querySelector(".board"), data);
}

const made = (name, className, text) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

function draw(own, board, data) {
  const heads = JSON.stringify(data.heads);
  if (own.heads !== heads) {
    own.heads = heads;
    own.rows.clear();
    const table = made("table"), head = made("thead"), row = made("tr");
    for (const each of data.heads) {
      const cell = made("th", "", each);
      cell.scope = "col";
      row.append(cell);
    }
    head.append(row);
    own.body = made("tbody");
    table.append(head, own.body);
    board.replaceChildren(table);
  }
  const wanted = new Set(data.rows.map((row) => row.week));
  for (const [week, kept] of own.rows) {
    if (!wanted.has(week)) { kept.element.remove(); own.rows.delete(week); }
  }
  data.rows.forEach((row, at) => {
    const text = JSON.stringify(row);
    let kept = own.rows.get(row.week);
    if (!kept) own.rows.set(row.week, (kept = { element: made("tr"), text: "" }));
    if (kept.text !== text) { kept.text = text; fill(own, kept.element, row); }
    const there = own.body.children[at];
    if (there !== kept.element) own.body.insertBefore(kept.element, there ?? null);
  });
}

function fill(own, element, row) {
  const held = element.contains(element.getRootNode().activeElement);
  const first = made("td"), link = made("a", "", row.title);
  link.href = row.address;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    own.open(row.week);
  });
  first.append(link, ...row.below.map(line));
  element.replaceChildren(first, ...row.cells.map((lines) => {
    const cell = made("td");
    cell.append(...lines.map(line));
    return cell;
  }));
  if (held) link.focus({ preventScroll: true });
}

function line({ text, colour, icon, small }) {
  const whole = made("div", [colour, small ? "more" : ""].filter(Boolean).join(" "));
  if (icon) {
    const sign = made("span", "icon", icon);
    sign.setAttribute("aria-hidden", "true");
    sign.setAttribute("translate", "no");
    whole.append(sign);
  }
  whole.append(text);
  return whole;
}
"""


def draw(data: dict[str, Any]) -> str | None:
    """Show the lines of one look; the week whose link was clicked, once."""
    component = st.components.v2.component("trainweek_all_weeks", html=_HTML, css=_CSS, js=_JS)
    found = component(data=data, key="all-weeks", height="content", on_opened_change=lambda: None)
    return found.get(OPENED)
