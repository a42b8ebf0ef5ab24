"""The screen on the wall as the browser draws it, and when it calls itself out of date.

Python sends plain texts; the script of this component draws them, and watches its own news: without
any for some seconds it covers the screen and says so. A page that has lost its server can't be told
by the server that its green is old.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

LOST_S = 20.0  # without news until the screen says so: four ticks

_HTML = '<div class="wall" role="status" aria-live="off"></div>'

_CSS = """
.wall {
  position: fixed; inset: 0; z-index: 1000000; box-sizing: border-box; overflow: hidden;
  display: grid; grid-template-rows: auto auto minmax(0, 1fr) auto; gap: 1.6vh; padding: 2.2vh 2vw;
  font: 400 1.75vw/1.3 "Source Sans", "Source Sans Pro", sans-serif;
  --ground: #0b1016; --card: #151d26; --text: #eef3f8; --dim: #aebbc8; --line: #33424f;
  --green: #58d39b; --orange: #f5b04d; --red: #ff7f88; --blue: #8cc4f5; --gray: #aebbc8;
  --violet: #c4aef0;
  background: var(--ground); color: var(--text);
}
.wall.light {
  --ground: #ffffff; --card: #f3f5f8; --text: #1b2733; --dim: #56626e; --line: #c5ced8;
  --green: #14683f; --orange: #8a5200; --red: #a81e2c; --blue: #1f5788; --gray: #56626e;
  --violet: #5f3f9c;
}
h1, h2 { margin: 0; padding: 0; }
.row { display: flex; justify-content: space-between; gap: 2vw; align-items: baseline; }
.dim { color: var(--dim); }
.clock { font-size: 2.6vw; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.state { font-size: 5.2vw; line-height: 1.05; font-weight: 750; }
.state .more { font-size: 2vw; font-weight: 500; }
.two { display: grid; grid-template-columns: 1.35fr 1fr; gap: 1.6vw; }
.card { background: var(--card); border: 2px solid var(--line); border-radius: 0.8vw;
  padding: 1.2vh 1.3vw; min-width: 0; overflow: hidden; }
.title { font-size: 2.3vw; font-weight: 700; }
.line { margin-top: 0.7vh; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical;
  overflow: hidden; }
.curve { display: flex; flex-direction: column; min-height: 0; }
.plot { flex: 1; min-height: 0; display: grid; grid-template: minmax(0, 1fr) auto / auto minmax(0, 1fr);
  column-gap: 0.8vw; font-variant-numeric: tabular-nums; }
.plot svg { width: 100%; height: 100%; min-height: 0; }
.upright { position: relative; text-align: right; min-width: 3ch; }
.upright span { position: absolute; right: 0; transform: translateY(-50%); line-height: 1; }
.upright span:first-child { transform: none; } .upright span:nth-child(2) { transform: translateY(-100%); }
.upright b { visibility: hidden; }
.across { grid-column: 2; display: flex; justify-content: space-between; }
.green { color: var(--green); } .orange { color: var(--orange); } .red { color: var(--red); }
.blue { color: var(--blue); } .gray { color: var(--gray); } .violet { color: var(--violet); }
@media (max-aspect-ratio: 1/1) {  /* a phone held upright: one column that may be scrolled */
  .wall { font-size: max(4vw, 14px); overflow-y: auto; grid-template-rows: auto auto 38vh auto; }
  .two { grid-template-columns: minmax(0, 1fr); gap: 1.4vh; }
  .clock { font-size: 5vw; } .state { font-size: 9vw; } .state .more { font-size: 4.4vw; display: block; }
  .title { font-size: 5vw; } .card { border-radius: 2vw; padding: 1.2vh 3vw; }
  .lost-note { font-size: 5vw; } .lost-note b { font-size: 7vw; }
}
.wall.lost > :not(.lost-note) { filter: grayscale(1); opacity: 0.28; }
.lost-note { display: none; position: absolute; inset: 22vh 6vw; place-content: center;
  text-align: center; background: #7d1420; color: #fff; border-radius: 1vw; font-size: 3vw;
  padding: 3vh 3vw; }
.lost-note b { font-size: 4.6vw; display: block; }
.wall.lost .lost-note { display: grid; }
"""

_JS = """
const known = new WeakMap();

export default function ({ data, parentElement }) {
  let own = known.get(parentElement);
  if (!own) known.set(parentElement, (own = begin(parentElement)));
  own.draw(data);
  return own.end;
}

const made = (name, className, text) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

function begin(parent) {
  const wall = parent.querySelector(".wall");
  const own = { at: 0, stamp: null, data: null };

  function list(title, lines) {
    const card = made("div", "card");
    if (title.text) card.append(made("h2", `title ${title.colour}`, title.text));
    for (const line of lines) {
      const row = made("div", "line");
      const head = made("b", line.colour, `${line.mark} ${line.what} `);
      row.append(head, made("span", "", line.text));
      card.append(row);
    }
    return card;
  }

  function curve(shown) {
    const card = made("div", "card curve");
    const head = made("div", "row");
    if (shown.title) head.append(made("h2", "title", shown.title));
    head.append(made("span", "dim", shown.words));
    card.append(head);
    const { xs, ys } = shown;
    if (xs.length > 1) {
      const { low, high } = shown, room = high - low || 1;
      const share = (value) => 1 - (value - low) / room;
      const wide = xs[xs.length - 1] - xs[0] || 1;
      const path = xs.map((x, at) => [
        (1000 * (x - xs[0])) / wide, 4 + 192 * share(ys[at]),
      ].map((n) => n.toFixed(1)).join(",")).join(" ");
      const space = "http://www.w3.org/2000/svg";
      const svg = document.createElementNS(space, "svg");
      svg.setAttribute("viewBox", "0 0 1000 200");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", `${shown.title}. ${shown.words}`);
      const draw = (kind, values) => {
        const shape = document.createElementNS(space, kind);
        for (const [name, value] of Object.entries(values)) shape.setAttribute(name, value);
        svg.append(shape);
      };
      const upright = made("div", "upright dim");
      upright.append(...shown.upright.map((text) => made("span", "", text)));
      upright.children[1].style.top = "100%";
      if (low <= shown.limit && shown.limit <= high) {
        const y = 4 + 192 * share(shown.limit);
        draw("line", { x1: 0, x2: 1000, y1: y, y2: y, stroke: "var(--orange)", "stroke-width": 3,
          "stroke-dasharray": "10 8", "vector-effect": "non-scaling-stroke" });
        if (y > 30 && y < 170) {
          const label = made("span", "orange", String(shown.limit));
          label.style.top = `${y / 2}%`;
          upright.append(label);
        }
      }
      const widest = shown.upright.reduce((a, b) => (a.length > b.length ? a : b));
      upright.append(made("b", "", widest));
      draw("polyline", { points: path, fill: "none", stroke: "var(--blue)", "stroke-width": 5,
        "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round" });
      const plot = made("div", "plot"), across = made("div", "across dim");
      across.append(...shown.across.map((text) => made("span", "", text)));
      plot.append(upright, svg, across);
      card.append(plot);
    }
    return card;
  }

  own.draw = (data) => {
    own.data = data;
    if (data.stamp !== own.stamp) { own.stamp = data.stamp; own.at = Date.now(); }
    wall.classList.toggle("light", data.light);
    const top = made("div", "row");
    top.append(made("span", "dim", data.head), made("span", "clock", data.clock));
    const state = made("h1", `state ${data.state.colour}`, `${data.state.mark} ${data.state.text} `);
    state.append(made("span", "more dim", data.state.more));
    const two = made("div", "two");
    two.append(list(data.problems, data.problems.lines), list(data.due, data.due.lines));
    const foot = made("div", "row dim");
    own.age = made("span", "", "");
    foot.append(made("span", "", data.foot), own.age);
    const upper = made("div", "");
    upper.append(top);
    if (data.notice) upper.append(made("div", "title orange", data.notice));
    upper.append(state);
    const lost = made("div", "lost-note");
    lost.append(made("b", "", data.lost.title), made("span", "", data.lost.text));
    wall.replaceChildren(upper, two, curve(data.curve), foot, lost);
    tick();
  };

  function tick() {
    if (!own.data) return;
    const old = Math.round((Date.now() - own.at) / 1000);
    own.age.textContent = own.data.asOf.replace("{age}", old);
    wall.classList.toggle("lost", old >= own.data.lostAfter);
  }
  const timer = setInterval(tick, 1000);
  own.end = () => clearInterval(timer);
  return own;
}
"""


def draw(data: dict[str, Any]) -> None:
    """Show the texts of one tick; ``stamp`` is another one each time."""
    component = st.components.v2.component("trainweek_wall", html=_HTML, css=_CSS, js=_JS)
    component(data={**data, "lostAfter": LOST_S}, key="wall", height=0)
