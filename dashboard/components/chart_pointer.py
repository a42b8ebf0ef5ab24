"""The pointer over several charts: one crosshair on all of them, and a part chosen by dragging.

ECharts connects charts, and keeps a zoom, only for code in the page, which Streamlit does not
offer. The charts stay Streamlit's: this component, which draws nothing, passes the movements of
the pointer on to the other charts of its container, and tells Python which part was chosen. Python
then draws that part of every chart, with its own points. Without it the charts work one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.figures.curves import LEFT, RIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

_JS = """
const known = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let own = known.get(parentElement);
  if (!own) known.set(parentElement, (own = begin()));
  own.data = data;
  own.tell = (part) => setTriggerValue("part", part);
  return own.end;
}

function begin() {
  const own = { over: null, drag: null, frame: 0, place: 0 };
  const charts = () => [
    ...document.querySelectorAll(`.st-key-${own.data.scope} .stEChartsChart canvas`),
  ];
  const chartOf = (event) =>
    event.target instanceof HTMLCanvasElement && charts().includes(event.target)
      ? event.target
      : null;
  const plot = (canvas) => {
    const box = canvas.getBoundingClientRect();
    const left = box.left + own.data.left;
    return { left, width: box.right - own.data.right - left, top: box.top, height: box.height };
  };
  const share = (canvas, x) => {
    const { left, width } = plot(canvas);
    return Math.min(1, Math.max(0, (x - left) / width));
  };
  const others = (canvas, tell) => charts().filter((each) => each !== canvas).forEach(tell);

  function move(event) {
    if (!event.isTrusted) return;  // one that was passed on
    if (own.drag) drag(event);
    const canvas = chartOf(event);
    if (!canvas) return leave();
    own.over = canvas;
    const { left, width } = plot(canvas);
    own.place = (event.clientX - left) / width;
    cancelAnimationFrame(own.frame);
    own.frame = requestAnimationFrame(follow);
  }

  function follow() {
    if (!own.over) return;
    others(own.over, (other) => {
      const to = plot(other);
      other.dispatchEvent(new MouseEvent("mousemove", {
        bubbles: true,
        clientX: to.left + own.place * to.width,
        clientY: to.top + to.height / 2,
      }));
    });
  }

  function leave() {
    if (!own.over) return;
    cancelAnimationFrame(own.frame);
    others(own.over, (other) => other.dispatchEvent(new MouseEvent("mouseout", { bubbles: true })));
    own.over = null;
  }

  function press(event) {
    const canvas = chartOf(event);
    if (!canvas || event.button !== 0 || event.pointerType === "touch") return;
    own.drag = { canvas, from: event.clientX, shades: [] };
  }

  function drag(event) {
    const { canvas, from, shades } = own.drag;
    if (Math.abs(event.clientX - from) < 5 && !shades.length) return;
    const ends = [share(canvas, from), share(canvas, event.clientX)].sort((a, b) => a - b);
    charts().forEach((each, number) => {
      const { left, width, top, height } = plot(each);
      const shade = shades[number] ?? document.body.appendChild(document.createElement("div"));
      shades[number] = shade;
      shade.className = "trainweek-chosen-part";
      Object.assign(shade.style, {
        position: "fixed", pointerEvents: "none", zIndex: 1000, background: "#3f82bf", opacity: 0.2,
        top: `${top}px`, height: `${height}px`,
        left: `${left + ends[0] * width}px`, width: `${(ends[1] - ends[0]) * width}px`,
      });
    });
    own.drag.ends = ends;
  }

  function cancel() {
    own.drag?.shades.forEach((shade) => shade.remove());
    own.drag = null;
  }

  function release() {
    const ends = own.drag?.ends;
    cancel();
    const { low, high } = own.data;
    if (ends && ends[1] - ends[0] > 0.005) own.tell(ends.map((end) => low + end * (high - low)));
  }

  const whole = (event) => chartOf(event) && own.tell([]);
  const escape = (event) => event.key === "Escape" && cancel();
  const heard = {
    mousemove: move, pointerdown: press, pointerup: release, pointercancel: cancel,
    dblclick: whole, keydown: escape, mouseleave: leave,
  };
  for (const [name, hear] of Object.entries(heard)) document.addEventListener(name, hear);
  const again = setInterval(follow, 500);  // a chart that got points has forgotten its crosshair
  own.end = () => {
    clearInterval(again);
    for (const [name, hear] of Object.entries(heard)) document.removeEventListener(name, hear);
    cancel();
  };
  return own;
}
"""


def draw(scope: str, low: float, high: float, choose: Callable[[list[float]], None]) -> None:
    """Follow the pointer over the charts of a container.

    :param scope: key of the container.
    :param low: left end of the horizontal axis of all its charts, in the axis' own unit.
    :param high: right end.
    :param choose: is called with both ends of the chosen part; with an empty list for the whole.
    """
    key = f"{scope}:pointer"

    def chosen() -> None:
        part = getattr(st.session_state[key], "part", None)
        if part is not None:
            choose([float(end) for end in part])

    component = st.components.v2.component("trainweek_chart_pointer", js=_JS)
    component(
        data={"scope": scope, "low": low, "high": high, "left": LEFT, "right": RIGHT},
        key=key,
        height=0,
        on_part_change=chosen,
    )
