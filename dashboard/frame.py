"""The frame of every page: week, both times, run and runner with their ages, who you are."""

from __future__ import annotations

import streamlit as st

from core.language import said
from core.vocabulary import APPROVALS, Liveness, TrainingStatus
from dashboard.components.boundary import boundary
from dashboard.components.conditions import BROKEN
from dashboard.components.states import look as look_of
from dashboard.components.states import word
from dashboard.data.decision import differences
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Incident


def show(page: Page, title: str) -> None:
    def body() -> None:
        with boundary(page.say):
            _draw(page, title)

    page.live(body)


def _draw(page: Page, title: str) -> None:
    snapshot = page.snapshot()
    with st.container(gap="xxsmall", key="frame"):
        st.markdown(f"### {title} :small[{_week(page, snapshot)}]", anchors=False)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if snapshot is not None:
                two = None if snapshot.clock.is_identity else page.say("frame.two_times")
                st.markdown(_time(page, snapshot), width="content", help=two)
                st.markdown(_run(page, snapshot), width="content", help=_run_help(page, snapshot))
            if not _only_watched(snapshot):
                st.markdown(_runner(page, snapshot), width="content")
            st.markdown(_person(page), width="content")
    with st.container(gap="xsmall"):
        _alerts(page, snapshot)


def _week(page: Page, snapshot: Snapshot | None) -> str:
    say = page.say
    if snapshot is None:
        return f":gray-badge[:material/event_busy: {say('frame.no_week')}]"
    week = snapshot.week
    text = say("frame.week", tag=week.tag, symbol=week.symbol, week=week.id)
    if snapshot.synthetic:
        text += f"  :orange-badge[:material/experiment: {say('frame.synthetic')}]"
    if week.watched:
        text += f"  :blue-badge[:material/visibility: {say('frame.watched')}]"
    return text


def _time(page: Page, snapshot: Snapshot) -> str:
    if snapshot.clock.is_identity:
        text = f":material/schedule: {plain(page.viewer.moment(snapshot.now_week))}"
    else:  # a demo or a replay: its hours are nobody's local time
        week, real = (
            f"{page.viewer.day(at)} {at:%H:%M} UTC" for at in (snapshot.now_week, snapshot.now)
        )
        text = f":material/schedule: {page.say('frame.week_time', time=week)}"
        text += f" :small[:gray[{page.say('frame.real_time', time=real)}]]"
    if not page.viewer.live:
        text += f"  :orange-badge[:material/pause: {page.say('frame.paused')}]"
    return text


def _run(page: Page, snapshot: Snapshot) -> str:
    say = page.say
    if snapshot.run is None:
        return f":gray-badge[:material/radio_button_unchecked: {say('frame.run_none')}]"
    seen = look_of(snapshot.status)
    colour, icon = ("red", "sensors_off") if snapshot.stale else (seen.colour, seen.icon)
    text = word(Liveness.STALLED if snapshot.stalled else snapshot.status, say)
    if snapshot.event_age is not None:
        key = "frame.run" if snapshot.clock.is_identity else "frame.run_real"
        text = say(key, state=text, age=age(snapshot.event_age))
    if snapshot.status is TrainingStatus.RUNNING and "progress" in snapshot.readings:
        text += f" · {float(snapshot.readings['progress'].value):.0%}"
    return f":{colour}-badge[:material/{icon}: {text}]"


def _run_help(page: Page, snapshot: Snapshot) -> str | None:
    if snapshot.run is None:
        return None
    return page.say("frame.run_help", run=snapshot.run.name) + (
        f". {plain(said(snapshot.run.reason, page.say.language))}" if snapshot.run.reason else ""
    )


def _runner(page: Page, snapshot: Snapshot | None) -> str:
    say = page.say
    status = snapshot.runner if snapshot else page.services.client.runner_status()
    if not status.alive:
        key = "frame.runner_gone" if status.since else "frame.runner_never"
        return f":red-badge[:material/power_off: {say(key)}]"
    text = say("frame.runner_alive", age=age(status.heartbeat_age_s))
    return f":green-badge[:material/memory: {text}]"


def _only_watched(snapshot: Snapshot | None) -> bool:
    """A run of somebody else's needs no runner of ours."""
    return snapshot is not None and snapshot.week.watched is not None


def _person(page: Page) -> str:
    say, person = page.say, page.viewer.person
    text = f":material/person: {plain(person.name)} · {say('role.' + person.role.value)}"
    if not person.verified:
        text += f"  :orange-badge[:material/gpp_maybe: {say('who.unverified')}]"
    return text


def _alerts(page: Page, snapshot: Snapshot | None) -> None:
    """What is red on every page, until it is mended."""
    say = page.say
    if damage := page.services.client.damage():
        text = say("frame.read_only_alert", what=damage.what)
        st.error(text, icon=":material/database_off:")
    status = snapshot.runner if snapshot else page.services.client.runner_status()
    if not status.alive and not _only_watched(snapshot):
        key = "frame.runner_gone_alert" if status.since else "frame.runner_never_alert"
        st.error(say(key), icon=":material/power_off:")
    if snapshot is None:
        return
    silence = snapshot.silence
    if snapshot.pulse is not None and snapshot.stalled:
        text = say("frame.stalled_alert", evidence=snapshot.pulse.text.in_(say.language))
        if told := _of_the_stall(snapshot):
            name = _names(page, snapshot, told)
            text = f"{text} {say('frame.stalled_incident', procedure=name)}"
        st.error(text, icon=":material/sensors_off:")
    elif silence is not None and silence.stalled:
        text = say("frame.stale_alert", age=age(silence.seconds))
        st.error(text, icon=":material/sensors_off:")
    _incidents(page, snapshot)
    _broken_signature(page, snapshot)


def _incidents(page: Page, snapshot: Snapshot) -> None:
    told = _of_the_stall(snapshot)  # the line above this one names it
    for blocks, key in ((True, "frame.incident_alert"), (False, "frame.incident_open_alert")):
        those = [i for i in snapshot.open_incidents if i.blocks_start is blocks and i not in told]
        if those:
            text = page.say(key, procedures=_names(page, snapshot, those))
            st.error(text, icon=":material/campaign:")


def _of_the_stall(snapshot: Snapshot) -> list[Incident]:
    """The open incident of the training that is stalled now; it blocks nothing."""
    hung = next((s for s in snapshot.week.playbook.scenarios if s.id == "hung"), None)
    if not snapshot.stalled or hung is None:
        return []
    return [
        i for i in snapshot.open_incidents if i.procedure == hung.escalation and not i.blocks_start
    ]


def _names(page: Page, snapshot: Snapshot, incidents: list[Incident]) -> str:
    titles = {e.id: e.title.in_(page.viewer.language) for e in snapshot.week.playbook.escalations}
    return ", ".join(titles.get(i.procedure, i.procedure) for i in incidents)


def _broken_signature(page: Page, snapshot: Snapshot) -> None:
    """An approval that holds no longer is nothing that anybody may rely on, on any page."""
    newest = max(snapshot.signatures, key=lambda signature: signature.id, default=None)
    if newest is None or newest.act not in APPROVALS:
        return
    standing = snapshot.standing(newest)
    if standing.state in BROKEN:
        text = page.say("frame.signature_broken", by=newest.by)
        why = " ".join(differences(standing, page.viewer.language))
        st.error(
            f"**{word(standing.state, page.say)}** · {text} {plain(why)}",
            icon=":material/gpp_bad:",
        )
