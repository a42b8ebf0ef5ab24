"""One transaction per click, and its outcome, by its type.

The outcome is stored for the place on the page that asked, and shown there until that
place's next action: a message that fades can't be read twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import streamlit as st

from core.errors import TrainweekError
from core.language import Message
from core.vocabulary import WAITING_STATES
from dashboard import error_log
from dashboard.components.states import badge
from dashboard.formatting import age
from dashboard.shown_week import asked_moment
from dashboard.wording.names import JOB_KINDS
from runner.client.base import IN_THE_PAST
from runner.outcomes import AlreadyRunning, Conflict, Recorded, Refused, Submitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.page import Page
    from runner.records import Job

SHOWN_FOR = timedelta(minutes=1)


def intent(place: str) -> str:
    """The idempotency key of the next click at this place; a repeated click repeats the key."""
    return st.session_state.setdefault(f"intent:{place}", uuid4().hex)


def act(page: Page, place: str, saved: str, action: Callable[[], object]) -> bool:
    """Run one action of the client and keep its outcome for :func:`show`.

    :param place: the part of the page that asks; each keeps one outcome.
    :param saved: name of the saved thing, shown only after the commit.
    :returns: whether it was done (or was already running).
    """
    try:
        # A control that the past has not: what was drawn of it before would still act.
        outcome = IN_THE_PAST if asked_moment() is not None else action()
    except TrainweekError as error:
        outcome = Refused.by(error)
    except Exception as error:
        outcome = Refused(
            error_log.unexpected(error),
            Message("Check on this page whether it was saved before you try again."),
        )
    page.services.forget()
    st.session_state[f"outcome:{place}"] = (outcome, saved, page.services.now())
    done = not isinstance(outcome, Refused | Conflict)
    if done:
        st.session_state.pop(f"intent:{place}", None)
    return done


def click(page: Page, place: str, saved: str, action: Callable[[], object]) -> Callable[[], None]:
    """:func:`act` as a button's callback."""

    def clicked() -> None:
        act(page, place, saved, action)

    return clicked


def needs(given: object, reason: Message) -> Refused | None:
    """A refusal before the client is called, if a required input is missing."""
    return None if given else Refused(reason)


def show(page: Page, place: str) -> None:
    """The outcome of the last action here; always one container, so that nothing jumps.

    A refusal stays until the next action. A success disappears after a
    minute; by then the page shows its result.
    """
    with st.container(gap=None):
        kept = st.session_state.get(f"outcome:{place}")
        if kept is None or page.moment is not None:
            return
        outcome, saved, at = kept
        refused = isinstance(outcome, Refused | Conflict)
        if refused or page.services.now() - at < SHOWN_FOR:
            draw(page, outcome, saved)


def draw(page: Page, outcome: object, saved: str) -> None:
    """One outcome, by its type."""
    say = page.say
    match outcome:
        case Submitted(job=asked):
            _submitted(page, asked)
        case AlreadyRunning(job=other, by=by, since=since):
            old = age(page.services.now() - since)
            st.info(
                say(
                    "Already in progress, started by {by} {age} ago ({job}).",
                    by=by,
                    age=old,
                    job=other.id,
                ),
                icon=":material/sync:",
            )
        case Refused(reason=reason, remedy=remedy):
            st.error(
                f"{say.text(reason)} {say.text(remedy)}",
                title=say("Not done"),
                icon=":material/block:",
            )
        case Conflict(reason=reason):
            st.warning(
                say.text(reason),
                title=say("Conflict: someone else saved first. Nothing was overwritten."),
                icon=":material/merge_type:",
            )
        case Recorded():
            st.success(say("Saved: {what}", what=saved), icon=":material/task_alt:")


def _submitted(page: Page, asked: Job) -> None:
    """The request, and its current state."""
    say, snapshot = page.say, page.snapshot()
    job = next((one for one in snapshot.jobs if one.id == asked.id), asked) if snapshot else asked
    text = say("Requested: **{kind}**, {job}", kind=JOB_KINDS[job.kind], job=job.id)
    text = f"{text} {badge(job.state, say)}"
    if job.state in WAITING_STATES and not (snapshot and snapshot.runner.alive):
        later = say(
            "The runner is not running: the job starts when you start it with `trainweek runner`."
        )
        st.warning(f"{text}  \n{later}", icon=":material/schedule_send:")
    else:
        st.info(text, icon=":material/schedule_send:")
