"""``?view=wall``: one screen for the wall, to be read from four metres; it only shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.drill import DRILL
from core.drill_paths import is_drill
from core.language import plural
from core.schedule import next_up
from core.telemetry.chart import chosen_points
from core.vocabulary import Liveness, Severity, SlotState
from dashboard import tab
from dashboard.components import wall_screen
from dashboard.components.alerts import alerts
from dashboard.components.reward_curve import reward
from dashboard.components.states import look, word
from dashboard.data.concerns import concerns
from dashboard.formatting import age, number
from dashboard.wording.names import ROLES

if TYPE_CHECKING:
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

VIEW, WALL = "view", "wall"  # in the address
EVERY_S = 5.0
MOST_LINES = 4
POINTS = 300
_MARKS = {Severity.CRITICAL: "✖", Severity.WARNING: "▲", Severity.INFO: "•"}


def asked() -> bool:
    """Whether the address asks for the wall, whatever its page."""
    return st.query_params.get(VIEW) == WALL


def show(page: Page) -> None:
    """Draw the screen, and again at its own pace, also while nothing is in progress."""

    def body() -> None:
        snapshot = page.snapshot()
        tab.show(page.say.raw("Wall"), snapshot, page.say)
        wall_screen.draw(_nothing(page) if snapshot is None else screen(page, snapshot))

    st.html("<style>.stAppHeader { display: none; }</style>")  # it would lie over the screen
    page.live(body, every=EVERY_S, steady=True)


def _base(page: Page) -> dict[str, Any]:
    say, now = page.say, page.services.now()
    person = page.viewer.person
    return {
        "light": st.query_params.get("theme") == "light",
        "stamp": now.isoformat(),
        "asOf": say.raw("as of {time}, {age} s ago", time=f"{now:%H:%M:%S} UTC", age="{age}"),
        "foot": f"trainweek · {say.raw(ROLES[person.role])}",
        "lost": {
            "title": say.raw("No connection"),
            "text": say.raw(
                "Nothing has come from the server since {time}. What stands behind this is old.",
                time=f"{now:%H:%M:%S} UTC",
            ),
        },
    }


def _nothing(page: Page) -> dict[str, Any]:
    none: dict[str, Any] = {"text": "", "colour": "gray", "lines": []}
    return _base(page) | {
        "head": "", "clock": f"{page.services.now():%H:%M} UTC",
        "state": {"mark": "○", "text": page.say.raw("No week yet"), "colour": "gray", "more": ""},
        "problems": none, "due": none,
        "curve": {"title": "", "words": "", "xs": [], "ys": []},
    }  # fmt: skip


def screen(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    """All that the screen shows of one moment."""
    week = snapshot.week
    name = "" if snapshot.run is None else f" · {snapshot.run.name}"
    drill = f"{page.say.raw(DRILL)} " if is_drill(page.services.home) else ""
    synthetic = f" · {page.say.raw('SYNTHETIC DATA')}" if snapshot.synthetic else ""
    return _base(page) | {
        "head": f"{drill}{week.tag} · {week.symbol}{name}{synthetic}",
        "clock": f"{page.viewer.day(snapshot.now_week)} {snapshot.now_week:%H:%M} UTC",
        "state": _state(page, snapshot),
        "problems": _problems(page, snapshot),
        "due": _due(page, snapshot),
        "curve": _curve(page, snapshot),
    }


def _state(page: Page, snapshot: Snapshot) -> dict[str, str]:
    say = page.say
    if snapshot.run is None:
        return {"mark": "○", "text": say.raw("No run yet"), "colour": "gray", "more": ""}
    colour = "red" if snapshot.stale else look(snapshot.status).colour
    more = []
    if "progress" in snapshot.readings:
        more.append(f"{float(snapshot.readings['progress'].value):.0%}")
    if (step := snapshot.readings.get("step")) is not None:
        more.append(say.raw("step {step}", step=number(step.value)))
    if snapshot.event_age is not None:
        more.append(say.raw("newest event {age} ago", age=age(snapshot.event_age)))
    text = word(Liveness.STALLED if snapshot.stalled else snapshot.status, say)
    if not snapshot.runner.alive and _needs_runner(snapshot):
        colour = "red"  # what it said last is not supervised any more
        more.insert(0, say.raw("Runner not running"))
    return {
        "mark": "●" if colour == "green" else "◆",
        "text": text,
        "colour": colour,
        "more": " · ".join(more),
    }


def _needs_runner(snapshot: Snapshot) -> bool:
    """Whether the week is more than a run that is only watched."""
    return snapshot.week.watched is None


def _problems(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    say = page.say
    found = [
        one for one in concerns(snapshot, page.viewer.language) if one.severity is not Severity.INFO
    ]
    above = alerts(page, snapshot)
    if not found and not above:
        if snapshot.run is None:
            nothing = say.raw("No problem known: no run has been started yet.")
            return {"text": nothing, "colour": "gray", "lines": []}
        return {"text": f"✔ {say.raw('Nothing is wrong')}", "colour": "green", "lines": []}
    critical = not found or found[0].severity is Severity.CRITICAL or bool(above)
    count = say.raw(plural("{n} problem now", "{n} problems now", max(len(found), len(above))))
    lines = [
        {
            "mark": _MARKS[one.severity],
            "what": one.what,
            "text": say.raw(one.text),
            "colour": look(one.severity).colour,
        }
        for one in found[:MOST_LINES]
    ]
    return {"text": count, "colour": "red" if critical else "orange", "lines": lines}


def _due(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    """What is overdue or due, else what comes next."""
    say, late = page.say, snapshot.overdue
    timeline = [] if snapshot.week.only_watched else snapshot.timeline
    waiting = [v for v in timeline if v.state in {SlotState.OVERDUE, SlotState.DUE}]
    following = next_up(timeline)
    shown = waiting or ([following] if following else [])
    if not shown:
        return {
            "text": f"✔ {say.raw('Nothing left to do this week.')}", "colour": "green", "lines": [],
        }  # fmt: skip
    text = say.raw("Next")
    if late:
        text = say.raw(plural("{n} overdue", "{n} overdue", len(late)))
    elif waiting:
        text = say.raw(plural("{n} due now", "{n} due now", len(waiting)))
    colour = "red" if late else "blue"
    return {
        "text": text,
        "colour": colour,
        "lines": [_slot(page, snapshot, view) for view in shown[:MOST_LINES]],
    }


def _slot(page: Page, snapshot: Snapshot, view: SlotView) -> dict[str, str]:
    say, language = page.say, page.viewer.language
    gap = age(abs(snapshot.now_week - view.due))
    time = f"{page.viewer.day(view.due)} {view.due:%H:%M}"
    if view.state is SlotState.UPCOMING:
        when = say.raw("{time}, in {age}", time=time, age=gap)
    else:
        when = say.raw("{time}, {age} ago", time=time, age=gap)
    owner = snapshot.week.playbook.roles[view.spec.owner].title.in_(language)
    seen = look(view.state)
    return {
        "mark": "▲" if view.state is SlotState.OVERDUE else "•",
        "what": view.spec.title.in_(language),
        "text": f"{when} · {owner}",
        "colour": seen.colour,
    }


def _curve(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    say, series = page.say, reward(snapshot)
    title = say.raw("Reward over steps")
    known = None if series is None else series.finite()
    if known is None or not len(known):
        return {
            "title": title, "words": say.raw("The run has written no events yet"), "xs": [], "ys": [],
        }  # fmt: skip
    step, last = known.last
    words = say.raw(
        "{last} at step {step}, lowest {low}, highest {high}",
        last=number(last),
        step=number(step),
        low=number(float(known.value.min())),
        high=number(float(known.value.max())),
    )
    chosen = chosen_points(known.value, POINTS)
    return {
        "title": title,
        "words": words,
        "xs": np.round(known.step[chosen].astype(float), 0).tolist(),
        "ys": np.round(known.value[chosen], 5).tolist(),
    }
