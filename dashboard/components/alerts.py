"""The alerts above every page: one source for the frame and for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from core.alerts.kinds import EventKind
from core.errors import IntegrityError
from core.language import plural, said
from core.vocabulary import APPROVALS
from dashboard.components.conditions import BROKEN
from dashboard.components.states import word
from dashboard.data.decision import differences
from dashboard.formatting import age

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from core.liveness import Pulse
    from dashboard.data.concerns import Concern
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from dashboard.wording import Words
    from runner.incident_records import Incident

_INCIDENTS = "incidents"  # how the keys of their alerts begin


class Alert(NamedTuple):
    """One red line above every page."""

    key: str  # the same while it is the same alert, whatever its age
    text: str
    icon: str


def alerts(page: Page, snapshot: Snapshot | None) -> list[Alert]:
    """What stands in red above every page until it is fixed.

    The one source for it: a page that says "no incident" or "nothing is wrong" asks here, too.
    """
    return [*_alerts(page, snapshot)]


def unnamed_alerts(page: Page, snapshot: Snapshot, found: Collection[Concern]) -> list[Alert]:
    """The alerts that none of these concerns names, for where both stand in one list."""
    named = {"runner", "stalled"}
    if snapshot.stale:
        named.add("silent")
    if any(one.kind is EventKind.VOID for one in found):
        named.add("signature")
    return [
        alert
        for alert in alerts(page, snapshot)
        if alert.key not in named and not alert.key.startswith(_INCIDENTS)
    ]


def one_state(found: list[Alert]) -> None:
    """Redraw the whole page if the banner above it was drawn from another state.

    The banner and the page below are drawn at different times; they must not contradict.
    """
    key, now = "alerts", [alert.key for alert in found]
    before = st.session_state.get(key)
    st.session_state[key] = now
    if before is not None and before != now:
        st.rerun()


def _alerts(page: Page, snapshot: Snapshot | None) -> Iterator[Alert]:
    say = page.say
    if damage := page.services.client.damage():
        what = said(damage.what, page.viewer.language)
        if isinstance(damage, IntegrityError):
            text = say(
                "**Read-only: nothing can be saved.** {what} Stop the runner, then run "
                "`trainweek ledger restore`. Nothing that was saved is lost.",
                what=what,
            )
        else:
            remedy = said(damage.remedy, page.viewer.language)
            text = say(
                "**Read-only: nothing can be saved.** {what} {remedy}", what=what, remedy=remedy
            )
        yield Alert("damage", text, ":material/database_off:")
    if snapshot is None and (page.moment is not None or page.no_moment is not None):
        return  # a moment without a week: what holds now is not what was asked for
    status = snapshot.runner if snapshot else page.services.client.runner_status()
    if (
        status.known
        and not status.alive
        and not (snapshot is not None and snapshot.week.watched is not None)
    ):
        stopped = status.since is not None
        yield Alert("runner", _no_runner(say, stopped=stopped), ":material/power_off:")
    if snapshot is None:
        return
    silence = snapshot.silence
    if snapshot.pulse is not None and snapshot.stalled:
        text = _stalled(page, snapshot, snapshot.pulse)
        if of_it := _of_the_stall(snapshot):
            name = _names(page, snapshot, of_it)
            where = say("Its incident is open on *Escalation*: {procedure}.", procedure=name)
            text = f"{text} {where}"
        yield Alert("stalled", text, ":material/sensors_off:")
    elif silence is not None and silence.stalled:
        text = _silent(say, snapshot, age(silence.seconds))
        yield Alert("silent", text, ":material/sensors_off:")
    yield from _incidents(page, snapshot)
    yield from _broken_signature(page, snapshot)


def _stalled(page: Page, snapshot: Snapshot, pulse: Pulse) -> str:
    """With the newest event's time, not its age: this line and the tiles are drawn at two times."""
    if snapshot.event_age is None:
        return page.say("The run is stalled: {evidence}.", evidence=pulse.text)
    return page.say(
        "The run is stalled: no new event since {time}; {evidence}.",
        time=f"{snapshot.now - snapshot.event_age:%H:%M:%S} UTC",
        evidence=pulse.lasting,
    )


def _silent(say: Words, snapshot: Snapshot, span: str) -> str:
    if snapshot.run is not None and not snapshot.run.process_known:
        return say(
            "No new events for {age}: the run has ended or is stuck. trainweek only watches it and "
            "doesn't see its process.",
            age=span,
        )
    return say("No new events for {age}, although the run should be in progress.", age=span)


def _no_runner(say: Words, *, stopped: bool) -> str:
    if stopped:
        return say(
            "The runner is not running: nothing can start or stop, and nothing is supervised. "
            "Start it with `trainweek runner` (or `make up`). It picks up the runs that are still "
            "in progress."
        )
    return say(
        "No runner has been started for this data directory. Start one with `trainweek runner` "
        "(or `make up`)."
    )


def _incidents(page: Page, snapshot: Snapshot) -> Iterator[Alert]:
    named = _of_the_stall(snapshot)  # already named in the line above
    blocking = [i for i in snapshot.open_incidents if i.blocks_start and i not in named]
    others = [i for i in snapshot.open_incidents if not i.blocks_start and i not in named]
    if blocking:
        text = plural(
            "Open incident: {procedures}. Start and automatic restarts are blocked until it is "
            "closed.",
            "Open incidents: {procedures}. Start and automatic restarts are blocked until they "
            "are closed.",
            len(blocking),
            procedures=_names(page, snapshot, blocking),
        )
        key = f"{_INCIDENTS} {[i.id for i in blocking]}"
        yield Alert(key, page.say(text), ":material/campaign:")
    if others:
        text = plural(
            "Open incident: {procedures}. See Escalation for its actions.",
            "Open incidents: {procedures}. See Escalation for their actions.",
            len(others),
            procedures=_names(page, snapshot, others),
        )
        key = f"{_INCIDENTS} {[i.id for i in others]}"
        yield Alert(key, page.say(text), ":material/campaign:")


def _of_the_stall(snapshot: Snapshot) -> list[Incident]:
    """The open incident of the run that is stalled now; it blocks nothing."""
    hung = snapshot.week.playbook.find_scenario("hung")
    if not snapshot.stalled or hung is None:
        return []
    return [
        i for i in snapshot.open_incidents if i.procedure == hung.escalation and not i.blocks_start
    ]


def _names(page: Page, snapshot: Snapshot, incidents: list[Incident]) -> str:
    return ", ".join(snapshot.procedure(i.procedure, page.viewer.language) for i in incidents)


def _broken_signature(page: Page, snapshot: Snapshot) -> Iterator[Alert]:
    """Report an approval that is no longer valid, on every page."""
    newest = max(snapshot.signatures, key=lambda signature: signature.id, default=None)
    if newest is None or newest.act not in APPROVALS:
        return
    validity = snapshot.validity(newest)
    if validity.state in BROKEN:
        text = page.say("{by}'s signature is no longer valid.", by=newest.by)
        why = " ".join(page.say.text(one) for one in differences(validity))
        text = f"**{word(validity.state, page.say)}** · {text} {why}"
        yield Alert("signature", text, ":material/gpp_bad:")
