"""The lines of the list, in the viewer's language: plain texts, which the browser draws."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlencode

from core.language import Message, plural
from core.state_words import ACTS_DONE, word_of
from core.timestamps import age_text
from core.vocabulary import SignatureState, SlotState, doubtful_go
from dashboard import shown_week
from dashboard.components.states import ACTS, look
from dashboard.formatting import share

if TYPE_CHECKING:
    from enum import StrEnum

    from dashboard.components.states import Colour
    from dashboard.page import Page
    from dashboard.panels.all_weeks.standing import Made, Standing
    from dashboard.panels.all_weeks.standings import Board, Row
    from runner.client.current_weeks import CurrentWeek

OPENS = "this_week"  # the page that a line opens
_HEADS = (
    Message("Week"),
    Message("State"),
    Message("Next due"),
    Message("Alerts"),
    Message("Decision"),
)
_OLD = timedelta(seconds=15)  # of a standing of a run in progress; a younger one is as of now


class Line(TypedDict):
    """One line of a cell."""

    text: str
    colour: Colour | None
    icon: str
    small: bool


def board_data(page: Page, board: Board) -> dict[str, Any]:
    """What the browser draws."""
    return {
        "heads": [page.say.raw(head) for head in _HEADS],
        "rows": [_row(page, board, row) for row in board.rows],
    }


def address_week(week: CurrentWeek) -> str | None:
    """The week that a link's address names; the active one needs none."""
    return None if week.active else week.id


def _row(page: Page, board: Board, row: Row) -> dict[str, Any]:
    week, standing = row.week, row.standing
    query = urlencode(shown_week.query(address_week(week)))
    return {
        "week": week.id,
        "title": " · ".join(text for text in (week.id, week.symbol) if text),
        "address": f"{OPENS}?{query}" if query else OPENS,
        "below": _below(page, row),
        "cells": _untold(page, row)
        if standing is None
        else [
            _state(page, board, standing),
            _due(page, standing),
            _problems(page, standing),
            _decision(page, standing.made),
        ],
    }


def _untold(page: Page, row: Row) -> list[list[Line]]:
    say = page.say
    if row.wrong is None:
        return [[_line(say.raw("Being read"), "gray", "hourglass_empty")], [], [], []]
    text = say.raw("This week can't be judged: {why}", why=row.wrong)
    return [[_line(text, "violet", "help")], [], [], []]


def _below(page: Page, row: Row) -> list[Line]:
    say, week = page.say, row.week
    lines = [_line(week.tag, "gray", small=True)]
    if week.active:
        lines.append(_line(say.raw("Active"), "green", "star", small=True))
    elif week.beside:
        lines.append(_line(say.raw("In progress"), "green", "play_circle", small=True))
    if row.standing is not None and row.standing.synthetic:
        lines.append(_line(say.raw("SYNTHETIC DATA"), "orange", "experiment", small=True))
    return lines


def _state(page: Page, board: Board, standing: Standing) -> list[Line]:
    say, state = page.say, standing.state
    if state is None:
        return [_line(say.raw("No run yet"), "gray", "radio_button_unchecked")]
    text = say.raw(state.word)
    if (done := share(standing.share)) is not None:
        text += f" · {say.raw(done)}"
    lines = [_line(text, state.colour, state.icon)]
    old = board.now - standing.read
    if standing.live and old >= _OLD:
        text = say.raw("as of {age} ago", age=say.raw(age_text(old)))
        lines.append(_line(text, "gray", "history", small=True))
    return lines


def _due(page: Page, standing: Standing) -> list[Line]:
    say, view = page.say, standing.next_slot
    if view is None:
        return [_line("–", "gray")]
    seen = look(view.state)
    calm = view.state is SlotState.UPCOMING
    lines = [
        _line(view.spec.title.in_(page.viewer.language), None if calm else seen.colour, seen.icon)
    ]
    span = say.raw(age_text(abs(standing.late)))
    if standing.late < timedelta(0):
        lines.append(_line(say.raw("in {span}", span=span), "gray", small=True))
    else:
        when = say.raw("was due {span} ago", span=span)
        lines.append(_line(when, None if calm else seen.colour, small=True))
    if standing.overdue > 1:
        late = say.raw(plural("{n} overdue", "{n} overdue", standing.overdue))
        lines.append(_line(late, "red", "alarm", small=True))
    return lines


def _problems(page: Page, standing: Standing) -> list[Line]:
    say, found = page.say, standing.problems
    if not found:
        return [_line(say.raw(standing.clear.text), standing.clear.colour, standing.clear.icon)]
    first, seen = found[0], look(found[0].severity)
    lines = [
        _line(first.what.in_(page.viewer.language), seen.colour, seen.icon),
        _line(say.raw(first.text), None, small=True),
    ]
    if more := len(found) - 1:
        text = say.raw(plural("and {n} more", "and {n} more", more))
        lines.append(_line(text, "gray", small=True))
    return lines


def _decision(page: Page, made: Made | None) -> list[Line]:
    say = page.say
    if made is None:
        return [_line(say.raw("no decision yet"), "gray")]
    seen, text = look(made.decision), say.raw(word_of(made.decision))
    if doubtful_go(made.decision, made.grade):
        grade = say.raw(word_of(made.grade)).upper()
        text += f" {say.raw('on {grade} evidence', grade=grade)}"
        lines = [_line(f"{text} {made.score}", "orange", "warning")]
    else:
        lines = [_line(f"{text} {made.score}", seen.colour, seen.icon)]
    act = made.act
    if made.signature is SignatureState.STANDS and act is not None:
        lines.append(_line(say.raw(ACTS_DONE[act]), ACTS[act].colour, ACTS[act].icon, small=True))
    else:
        lines.append(_of(page, made.signature))
    return lines


def _of(page: Page, state: StrEnum) -> Line:
    seen = look(state)
    return _line(page.say.raw(word_of(state)), seen.colour, seen.icon, small=True)


def _line(text: str, colour: Colour | None, icon: str = "", *, small: bool = False) -> Line:
    return Line(text=text, colour=colour, icon=icon, small=small)
