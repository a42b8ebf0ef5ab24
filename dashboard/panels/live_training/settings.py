"""How the curves are shown, as the page's address has it: a link shows the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.checks.training_log import TAGS
from dashboard.address import Address
from dashboard.figures.view import Axis, MarkKind

NAMES = (
    "axis", "smooth", "scale", "from", "to", "tags", "hide", "beside", "find", "level", "minutes",
)  # fmt: skip
ADDRESS = Address("live", NAMES)
MOST_SMOOTH = 99  # per cent of the past
MOST_TAGS = 12  # pinned: each is a chart
key = ADDRESS.key
_DRAWN = key("drawn")  # in the session: runs since the address was taken over
_SURE = 2


@dataclass(frozen=True)
class Settings:
    """What the viewer chose.

    :ivar smooth: weight of the past, in per cent.
    :ivar low: step at which the shown part begins; None: the run's first.
    :ivar tags: pinned tags, each with a chart of its own.
    :ivar hidden: kinds of marks that are not drawn.
    :ivar beside: the run or attempt that is drawn over this one; empty: none.
    :ivar find: what the shown lines of the log contain.
    :ivar levels: of these lines; empty: all.
    :ivar minutes: step around whose minutes the log is shown; None: its end.
    """

    axis: Axis = Axis.STEP
    smooth: int = 0
    log: bool = False
    low: int | None = None
    high: int | None = None
    tags: tuple[str, ...] = ()
    hidden: frozenset[MarkKind] = field(default_factory=frozenset)
    beside: str = ""
    find: str = ""
    levels: frozenset[str] = frozenset()
    minutes: int | None = None

    @property
    def part(self) -> bool:
        """Whether a part of the curves was chosen."""
        return self.low is not None or self.high is not None


def read() -> Settings:
    """Bring the widgets into line with the address, if they did not write it; what they hold.

    The values of an address are given to the widgets again until two runs were drawn to their end:
    what a run that was cut short gave to them may never have come to the browser.
    """
    asked = ADDRESS.changed()
    if asked is not None:
        st.session_state[_DRAWN] = 0
    again = st.session_state.get(_DRAWN, 0) < _SURE
    for name, value in _values(ADDRESS.asked() if asked is None else asked).items():
        if again or key(name) not in st.session_state:
            st.session_state[key(name)] = value
    return _held()


def drawn() -> None:
    """The widgets were drawn to the end."""
    st.session_state[_DRAWN] = st.session_state.get(_DRAWN, 0) + 1


def write() -> None:
    """Put what the widgets hold into the address. For their callbacks."""
    held = _held()
    st.session_state[_DRAWN] = _SURE
    ADDRESS.write(
        {
            "axis": "" if held.axis is Axis.STEP else held.axis.value,
            "smooth": str(held.smooth) if held.smooth else "",
            "scale": "log" if held.log else "",
            "from": "" if held.low is None else str(held.low),
            "to": "" if held.high is None else str(held.high),
            "tags": ",".join(held.tags),
            "hide": ",".join(kind for kind in MarkKind if kind in held.hidden),
            "beside": held.beside,
            "find": held.find,
            "level": ",".join(sorted(held.levels)),
            "minutes": "" if held.minutes is None else str(held.minutes),
        }
    )


def choose_part(low: float | None, high: float | None) -> None:
    """Show these steps; None: from the first, up to the last. For callbacks."""
    st.session_state[key("from")] = None if low is None else max(round(low), 0)
    st.session_state[key("to")] = None if high is None else max(round(high), 0)
    write()


def choose_minutes(step: int | None) -> None:
    """Show the log of the minutes around a step; None: its end. For callbacks."""
    st.session_state[key("minutes")] = step
    if step is not None:
        st.session_state[key("training-log")] = True
    write()


def _values(asked: dict[str, str]) -> dict[str, Any]:
    """The widgets' values; what is mistyped is ignored."""
    hidden = asked.get("hide", "").split(",")
    return {
        "axis": asked["axis"] if asked.get("axis") in list(Axis) else Axis.STEP.value,
        "smooth": min(_number(asked.get("smooth")) or 0, MOST_SMOOTH),
        "log": asked.get("scale") == "log",
        "from": _number(asked.get("from")),
        "to": _number(asked.get("to")),
        "tags": [tag for tag in asked.get("tags", "").split(",") if tag][:MOST_TAGS],
        "beside": asked.get("beside", ""),
        "find": asked.get("find", ""),
        "level": [each for each in asked.get("level", "").split(",") if each in TAGS],
        "minutes": _number(asked.get("minutes")),
        **{f"show:{kind}": kind not in hidden for kind in MarkKind},
    }


def _held() -> Settings:
    held = {name: st.session_state[key(name)] for name in _WIDGETS}
    return Settings(
        axis=Axis(held["axis"]),
        smooth=held["smooth"],
        log=held["log"],
        low=held["from"],
        high=held["to"],
        tags=tuple(held["tags"]),
        hidden=frozenset(kind for kind in MarkKind if not held[f"show:{kind}"]),
        beside=held["beside"] or "",
        find=(held["find"] or "").strip(),
        levels=frozenset(held["level"] or ()),
        minutes=held["minutes"],
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


_WIDGETS = tuple(_values({}))
