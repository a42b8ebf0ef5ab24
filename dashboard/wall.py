"""``?view=wall``: one screen for the wall, to be read from four metres; it only shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.drill import DRILL
from core.drill_paths import is_drill
from core.language import plural, said
from core.schedule import next_up
from core.telemetry.chart import chosen_points, with_limit
from core.vocabulary import Severity, SlotState
from dashboard import tab
from dashboard.components import wall_screen, week_banner
from dashboard.components.alerts import Alert, alerts, unnamed_alerts
from dashboard.components.markup import bare
from dashboard.components.no_problem import no_problem
from dashboard.components.reward_curve import LIMIT, reward
from dashboard.components.run_state import progress, run_state
from dashboard.components.silencing import silence_lines
from dashboard.components.states import look
from dashboard.data.concerns import concerns
from dashboard.formatting import age, number
from dashboard.wording.names import ROLES

if TYPE_CHECKING:
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from dashboard.wording import Words

VIEW, WALL = "view", "wall"  # in the address
EVERY_S = 5.0
MOST_LINES = 4
POINTS = 300
_NO_CURVE: dict[str, Any] = {"title": "", "words": "", "xs": [], "ys": []}
_MARKS = {Severity.CRITICAL: "✖", Severity.WARNING: "▲", Severity.INFO: "•"}


def asked() -> bool:
    """Whether the address asks for the wall, whatever its page."""
    return st.query_params.get(VIEW) == WALL


def show(page: Page) -> None:
    """Draw the screen, and again at its own pace, also while nothing is in progress."""

    def body() -> None:
        snapshot = page.snapshot()
        tab.show(page.say.raw("Wall"), snapshot, page.say)
        wall_screen.draw(nothing(page) if snapshot is None else screen(page, snapshot))

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


def nothing(page: Page) -> dict[str, Any]:
    """The screen without a week to show: there is none yet, or not the one in the address."""
    say, none = page.say, {"text": "", "colour": "gray", "lines": []}
    state = {"mark": "○", "text": say.raw("No week yet"), "colour": "gray", "more": ""}
    if week_banner.is_missing(page):
        text = say.raw("There is no week {week}.", week=page.services.week_id)
        state |= {"mark": "✖", "text": text, "colour": "red"}
    above = [_alert(one) for one in alerts(page, None)]
    return _base(page) | {
        "head": "", "notice": "", "clock": f"{page.services.now():%H:%M} UTC",
        "state": state,
        "problems": _count(say, len(above), above, critical=True) if above else none, "due": none,
        "curve": _NO_CURVE,
    }  # fmt: skip


def screen(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    """All that the screen shows of one moment."""
    week = snapshot.week
    parts = [week.tag, week.symbol, week.id, "" if snapshot.run is None else snapshot.run.name]
    drill = f"{page.say.raw(DRILL)} " if is_drill(page.services.home) else ""
    synthetic = f" · {page.say.raw('SYNTHETIC DATA')}" if snapshot.synthetic else ""
    notice = _notice(page, snapshot)
    judged = {
        "state": _state(page, snapshot),
        "problems": _problems(page, snapshot),
        "due": _due(page, snapshot),
    }
    return _base(page) | {
        "head": f"{drill}{' · '.join(filter(None, parts))}{synthetic}",
        "notice": notice,
        "clock": f"{page.viewer.day(snapshot.now_week)} {snapshot.now_week:%H:%M} UTC",
        "curve": _curve(page, snapshot),
        **({name: without_green(part) for name, part in judged.items()} if notice else judged),
    }


def _notice(page: Page, snapshot: Snapshot) -> str:
    """That this is not the active week; empty for the active one."""
    if page.services.elsewhere is None:
        return ""
    reason = said(page.services.elsewhere.reason, page.viewer.language)
    archived = snapshot.week.archived_at is not None
    return f"{reason} {page.say.raw('It is archived.')}" if archived else reason


def without_green(part: dict[str, Any]) -> dict[str, Any]:
    """A part of a week that is not the active one: that all is well there is no news."""
    colour = "gray" if part["colour"] == "green" else part["colour"]
    return part | {"colour": colour}


def _state(page: Page, snapshot: Snapshot) -> dict[str, str]:
    say = page.say
    if snapshot.run is None:
        return {"mark": "○", "text": say.raw("No run yet"), "colour": "gray", "more": ""}
    text, colour, _ = run_state(snapshot, say)
    more = []
    if (share := progress(snapshot)) is not None:
        more.append(f"{share:.0%}")
    if (step := snapshot.readings.get("step")) is not None:
        more.append(say.raw("step {step}", step=number(step.value)))
    if snapshot.event_age is not None:
        more.append(say.raw("newest event {age} ago", age=age(snapshot.event_age)))
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
    above = [_alert(one) for one in unnamed_alerts(page, snapshot, found)]
    quiet = [_line("•", "orange", bare(line)) for line in silence_lines(page, snapshot)]
    if not found and not above:
        calm = no_problem(snapshot)
        mark = "✔ " if calm.colour == "green" else ""
        return {"text": mark + say.raw(calm.text), "colour": calm.colour, "lines": quiet}
    critical = bool(above) or found[0].severity is Severity.CRITICAL
    named = [
        _line(_MARKS[one.severity], look(one.severity).colour, say.raw(one.text), one.what)
        for one in found
    ]
    lines = [*above, *named][:MOST_LINES]
    return _count(say, len(above) + len(found), [*lines, *quiet], critical=critical)


def _count(say: Words, n: int, lines: list[dict[str, str]], *, critical: bool) -> dict[str, Any]:
    text = say.raw(plural("{n} problem now", "{n} problems now", n))
    return {"text": text, "colour": "red" if critical else "orange", "lines": lines}


def _alert(alert: Alert) -> dict[str, str]:
    critical = Severity.CRITICAL
    return _line(_MARKS[critical], look(critical).colour, bare(alert.text))


def _line(mark: str, colour: str, text: str, what: str = "") -> dict[str, str]:
    return {"mark": mark, "what": what, "text": text, "colour": colour}


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
    mark = "▲" if view.state is SlotState.OVERDUE else "•"
    title = view.spec.title.in_(language)
    return _line(mark, look(view.state).colour, f"{when} · {owner}", title)


def _curve(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    say, series = page.say, reward(snapshot)
    title = say.raw("Reward over steps")
    known = None if series is None else series.finite()
    if known is None or not len(known):
        return {
            **_NO_CURVE, "title": title, "words": say.raw("The run has written no events yet"),
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
    low, high = with_limit(float(known.value.min()), float(known.value.max()), LIMIT)
    return {
        "title": title,
        "words": words,
        "xs": np.round(known.step[chosen].astype(float), 0).tolist(),
        "ys": np.round(known.value[chosen], 5).tolist(),
        "low": low,
        "high": high,
        "limit": LIMIT,
        "upright": [say.raw(number(high)), say.raw(number(low))],
        "across": [
            say.raw(number(float(known.step[0]))),
            say.raw("step {step}", step=number(step)),
        ],
    }
