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
    look = page.look()
    with st.container(gap="xxsmall", key="frame"):
        st.markdown(f"### {title} :small[{_week(page, look)}]", anchors=False)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if look is not None:
                two = None if look.clock.is_identity else page.say("frame.two_times")
                st.markdown(_time(page, look), width="content", help=two)
                st.markdown(_run(page, look), width="content", help=_run_help(page, look))
            if not _only_watched(look):
                st.markdown(_runner(page, look), width="content")
            st.markdown(_person(page), width="content")
    with st.container(gap="xsmall"):
        _alerts(page, look)


def _week(page: Page, look: Snapshot | None) -> str:
    say = page.say
    if look is None:
        return f":gray-badge[:material/event_busy: {say('frame.no_week')}]"
    week = look.week
    text = say("frame.week", tag=week.tag, symbol=week.symbol, week=week.id)
    if look.synthetic:
        text += f"  :orange-badge[:material/experiment: {say('frame.synthetic')}]"
    if week.watched:
        text += f"  :blue-badge[:material/visibility: {say('frame.watched')}]"
    return text


def _time(page: Page, look: Snapshot) -> str:
    if look.clock.is_identity:
        text = f":material/schedule: {plain(page.viewer.moment(look.now_week))}"
    else:  # a demo or a replay: its hours are nobody's local time
        week, real = (f"{page.viewer.day(at)} {at:%H:%M} UTC" for at in (look.now_week, look.now))
        text = f":material/schedule: {page.say('frame.week_time', time=week)}"
        text += f" :small[:gray[{page.say('frame.real_time', time=real)}]]"
    if not page.viewer.live:
        text += f"  :orange-badge[:material/pause: {page.say('frame.paused')}]"
    return text


def _run(page: Page, look: Snapshot) -> str:
    say = page.say
    if look.run is None:
        return f":gray-badge[:material/radio_button_unchecked: {say('frame.run_none')}]"
    seen = look_of(look.status)
    colour, icon = ("red", "sensors_off") if look.stale else (seen.colour, seen.icon)
    text = word(Liveness.STALLED if look.stalled else look.status, say)
    if look.event_age is not None:
        key = "frame.run" if look.clock.is_identity else "frame.run_real"
        text = say(key, state=text, age=age(look.event_age))
    if look.status is TrainingStatus.RUNNING and "progress" in look.readings:
        text += f" · {float(look.readings['progress'].value):.0%}"
    return f":{colour}-badge[:material/{icon}: {text}]"


def _run_help(page: Page, look: Snapshot) -> str | None:
    if look.run is None:
        return None
    return page.say("frame.run_help", run=look.run.name) + (
        f". {plain(said(look.run.reason, page.say.language))}" if look.run.reason else ""
    )


def _runner(page: Page, look: Snapshot | None) -> str:
    say = page.say
    status = look.runner if look else page.services.client.runner_status()
    if not status.alive:
        key = "frame.runner_gone" if status.since else "frame.runner_never"
        return f":red-badge[:material/power_off: {say(key)}]"
    text = say("frame.runner_alive", age=age(status.heartbeat_age_s))
    return f":green-badge[:material/memory: {text}]"


def _only_watched(look: Snapshot | None) -> bool:
    """A run of somebody else's needs no runner of ours."""
    return look is not None and look.week.watched is not None


def _person(page: Page) -> str:
    say, person = page.say, page.viewer.person
    text = f":material/person: {plain(person.name)} · {say('role.' + person.role.value)}"
    if not person.verified:
        text += f"  :orange-badge[:material/gpp_maybe: {say('who.unverified')}]"
    return text


def _alerts(page: Page, look: Snapshot | None) -> None:
    """What is red on every page, until it is mended."""
    say = page.say
    if damage := page.services.client.damage():
        text = say("frame.read_only_alert", what=damage.what)
        st.error(text, icon=":material/database_off:")
    status = look.runner if look else page.services.client.runner_status()
    if not status.alive and not _only_watched(look):
        key = "frame.runner_gone_alert" if status.since else "frame.runner_never_alert"
        st.error(say(key), icon=":material/power_off:")
    if look is None:
        return
    silence = look.silence
    if look.pulse is not None and look.stalled:
        text = say("frame.stalled_alert", evidence=look.pulse.text.in_(say.language))
        if told := _of_the_stall(look):
            name = _names(page, look, told)
            text = f"{text} {say('frame.stalled_incident', procedure=name)}"
        st.error(text, icon=":material/sensors_off:")
    elif silence is not None and silence.stalled:
        text = say("frame.stale_alert", age=age(silence.seconds))
        st.error(text, icon=":material/sensors_off:")
    _incidents(page, look)
    _broken_signature(page, look)


def _incidents(page: Page, look: Snapshot) -> None:
    told = _of_the_stall(look)  # the line above this one names it
    for blocks, key in ((True, "frame.incident_alert"), (False, "frame.incident_open_alert")):
        those = [i for i in look.open_incidents if i.blocks_start is blocks and i not in told]
        if those:
            text = page.say(key, procedures=_names(page, look, those))
            st.error(text, icon=":material/campaign:")


def _of_the_stall(look: Snapshot) -> list[Incident]:
    """The open incident of the training that is stalled now; it blocks nothing."""
    hung = look.week.playbook.find_scenario("hung")
    if not look.stalled or hung is None:
        return []
    return [i for i in look.open_incidents if i.procedure == hung.escalation and not i.blocks_start]


def _names(page: Page, look: Snapshot, incidents: list[Incident]) -> str:
    return ", ".join(look.procedure(i.procedure, page.viewer.language) for i in incidents)


def _broken_signature(page: Page, look: Snapshot) -> None:
    """An approval that holds no longer is nothing that anybody may rely on, on any page."""
    newest = max(look.signatures, key=lambda signature: signature.id, default=None)
    if newest is None or newest.act not in APPROVALS:
        return
    standing = look.standing(newest)
    if standing.state in BROKEN:
        text = page.say("frame.signature_broken", by=newest.by)
        why = " ".join(differences(standing, page.viewer.language))
        st.error(
            f"**{word(standing.state, page.say)}** · {text} {plain(why)}",
            icon=":material/gpp_bad:",
        )
