"""What the page shows, as its address has it: filter, page of the table, compared pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import InputError
from core.timestamps import parse_day
from core.vocabulary import Decision
from dashboard.address import Address
from runner.client.signatures.decision_filter import DecisionFilter, SignedAs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

SHORT = 12  # digits of a hash in the address
NAMES = ("of_week", "run", "verdict", "signed", "text", "since", "until", "page", "pair")
ADDRESS = Address("history", NAMES)
key = ADDRESS.key


def read() -> None:
    """Bring the widgets into line with the address, if that is not what they wrote there."""
    asked = ADDRESS.changed()
    if asked is None:
        return
    pair = [each for each in asked.get("pair", "").split(",") if each]
    values: dict[str, Any] = {
        "of_week": asked.get("of_week", ""),
        "run": asked.get("run", ""),
        "verdict": _known(Decision, asked.get("verdict", "")),
        "signed": _known(SignedAs, asked.get("signed", "")),
        "text": asked.get("text", ""),
        "since": _day(asked.get("since", "")),
        "until": _day(asked.get("until", "")),
        "page": int(asked["page"]) if asked.get("page", "").isdecimal() else 1,
        "first": pair[0] if pair else "",
        "second": pair[1] if len(pair) > 1 else "",
    }
    for name, value in values.items():
        st.session_state[key(name)] = value


def write() -> None:
    """Put what the widgets hold into the address. For their callbacks."""
    held = {name: st.session_state.get(key(name)) for name in (*NAMES, "first", "second")}
    days = {name: day.isoformat() for name in ("since", "until") if (day := held[name])}
    page = held["page"] or 1
    pair = [each for each in (held["first"], held["second"]) if each]
    texts = {
        "of_week": held["of_week"],
        "run": held["run"],
        "verdict": ",".join(held["verdict"] or ()),
        "signed": ",".join(held["signed"] or ()),
        "text": (held["text"] or "").strip(),
        **days,
        "page": str(page) if page > 1 else "",
        "pair": ",".join(pair),
    }
    ADDRESS.write(texts)


def filtered() -> None:
    """:func:`write` after a change of the filter: the table begins at its first page again."""
    st.session_state[key("page")] = 1
    write()


def clear() -> None:
    """Remove the filter; the compared pair stays."""
    ADDRESS.leave_out(NAMES[:-1])


def compare(sha256: str) -> None:
    """Put a decision into the pair: at its free place, else in place of the second one."""
    place = "second" if st.session_state.get(key("first")) else "first"
    st.session_state[key(place)] = sha256[:SHORT]
    write()


def asked_filter() -> DecisionFilter:
    """What the widgets ask for; to be read after :func:`read`."""
    held = {name: st.session_state.get(key(name)) for name in NAMES}
    return DecisionFilter(
        week=held["of_week"] or None,
        run=held["run"] or None,
        decisions=frozenset(Decision(each) for each in held["verdict"] or ()),
        signed=frozenset(SignedAs(each) for each in held["signed"] or ()),
        text=held["text"] or "",
        since=held["since"],
        until=held["until"],
    )


def _known(kinds: Iterable[Decision] | Iterable[SignedAs], text: str) -> list[str]:
    """The values that exist, in the order of their kind; a mistyped one is ignored."""
    asked = set(text.split(","))
    return [each.value for each in kinds if each.value in asked]


def _day(text: str) -> date | None:
    try:
        return parse_day(text)
    except InputError:
        return None
