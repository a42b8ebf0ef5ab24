"""One transaction a click, and what came of it, by its type.

The outcome is kept with the place that asked, and shown there until the next action
of that place: a message that fades can't be read twice.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import streamlit as st

from core.errors import TrainweekError
from dashboard.components.numbers import age
from dashboard.page import Page
from dashboard.wording import plain
from runner.outcomes import AlreadyRunning, Conflict, Recorded, Refused, Submitted


def intent(place: str) -> str:
    """The idempotency key of the next click here: a repeated click repeats the key."""
    return st.session_state.setdefault(f"intent:{place}", uuid4().hex)


def act(page: Page, place: str, saved: str, action: Callable[[], object]) -> bool:
    """Do one thing through the client and keep its outcome for :func:`show`.

    :param place: the part of a page that asks; one outcome is kept for each.
    :param saved: what to call the saved thing, shown only after the commit.
    :returns: whether it was done (or was running already).
    """
    try:
        outcome = action()
    except TrainweekError as error:
        outcome = Refused(error.what, error.remedy)
    page.services.forget()
    st.session_state[f"outcome:{place}"] = (outcome, saved)
    done = not isinstance(outcome, Refused | Conflict)
    if done:
        st.session_state.pop(f"intent:{place}", None)
    return done


def needs(given: object, reason: str) -> Refused | None:
    """A refusal before the client is asked: something that the form needs is missing."""
    return None if given else Refused(reason)


def show(page: Page, place: str) -> None:
    """What came of the last action here; always one container, so nothing jumps."""
    with st.container(gap=None):
        kept = st.session_state.get(f"outcome:{place}")
        if kept is not None:
            draw(page, *kept)


def draw(page: Page, outcome: object, saved: str) -> None:
    """One outcome, by its type."""
    say = page.say
    if isinstance(outcome, Submitted):
        kind = say.raw(f"kind.{outcome.job.kind.value}")
        text = say("outcome.submitted", kind=kind, job=outcome.job.id)
        if not page.services.client.runner_status().alive:
            st.warning(
                f"{text} {say('outcome.submitted_no_runner')}", icon=":material/schedule_send:"
            )
        else:
            st.success(text, icon=":material/schedule_send:")
    elif isinstance(outcome, AlreadyRunning):
        st.info(
            say(
                "outcome.already",
                by=outcome.by,
                age=age(page.services.now() - outcome.since),
                job=outcome.job.id,
            ),
            icon=":material/sync:",
        )
    elif isinstance(outcome, Refused):
        st.error(
            f"{plain(outcome.reason)} {plain(outcome.remedy)}",
            title=say("outcome.refused"),
            icon=":material/block:",
        )
    elif isinstance(outcome, Conflict):
        st.warning(
            plain(outcome.reason), title=say("outcome.conflict"), icon=":material/merge_type:"
        )
    else:
        saved = saved if isinstance(outcome, Recorded) or saved else ""
        st.success(say("outcome.saved", what=saved), icon=":material/task_alt:")
