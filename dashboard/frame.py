"""The frame of every page: week, both times, run and runner with their ages, who you are."""

from __future__ import annotations

import streamlit as st

from core.language import plural, said
from core.vocabulary import APPROVALS, Liveness, TrainingStatus
from dashboard.components.boundary import boundary
from dashboard.components.conditions import BROKEN
from dashboard.components.states import look as look_of
from dashboard.components.states import word
from dashboard.data.decision import differences
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording import Words, plain
from dashboard.wording.names import ROLES
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
                two = (
                    None
                    if look.clock.is_identity
                    else page.say(
                        "This week runs on its own clock (a demo or a replay). Schedule, checks, ticks "
                        "and the age of readings use week time; event files, logs, jobs and the states "
                        "above use real time."
                    )
                )
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
        return f":gray-badge[:material/event_busy: {say('No week yet')}]"
    week = look.week
    text = say(
        ":gray[{tag} · {symbol} · week {week}]", tag=week.tag, symbol=week.symbol, week=week.id
    )
    if look.synthetic:
        text += f"  :orange-badge[:material/experiment: {say('SYNTHETIC DATA')}]"
    if week.watched:
        text += f"  :blue-badge[:material/visibility: {say('WATCHING')}]"
    return text


def _time(page: Page, look: Snapshot) -> str:
    if look.clock.is_identity:
        text = f":material/schedule: {plain(page.viewer.moment(look.now_week))}"
    else:  # a demo or a replay: its hours are not the viewer's local time
        week, real = (f"{page.viewer.day(at)} {at:%H:%M} UTC" for at in (look.now_week, look.now))
        text = f":material/schedule: {page.say('Week time {time}', time=week)}"
        text += f" :small[:gray[{page.say('real time {time}', time=real)}]]"
    if not page.viewer.live:
        text += f"  :orange-badge[:material/pause: {page.say('Updates paused')}]"
    return text


def _run(page: Page, look: Snapshot) -> str:
    say = page.say
    if look.run is None:
        return f":gray-badge[:material/radio_button_unchecked: {say('No run yet')}]"
    seen = look_of(look.status)
    colour, icon = ("red", "sensors_off") if look.stale else (seen.colour, seen.icon)
    text = word(Liveness.STALLED if look.stalled else look.status, say)
    if look.event_age is not None:
        old = age(look.event_age)
        if look.clock.is_identity:
            text = say("{state}, {age} ago", state=text, age=old)
        else:
            text = say("{state}, {age} ago (real time)", state=text, age=old)
    if look.status is TrainingStatus.RUNNING and "progress" in look.readings:
        text += f" · {float(look.readings['progress'].value):.0%}"
    return f":{colour}-badge[:material/{icon}: {text}]"


def _run_help(page: Page, look: Snapshot) -> str | None:
    if look.run is None:
        return None
    what = page.say("Run {run}: its state and the age of its newest event", run=look.run.name)
    return f"{what}. {page.say.text(look.run.reason)}" if look.run.reason else what


def _runner(page: Page, look: Snapshot | None) -> str:
    say = page.say
    status = look.runner if look else page.services.client.runner_status()
    if not status.alive:
        text = say("Runner not running") if status.since else say("No runner")
        return f":red-badge[:material/power_off: {text}]"
    text = say("Runner active, seen {age} ago", age=age(status.heartbeat_age_s))
    return f":green-badge[:material/memory: {text}]"


def _only_watched(look: Snapshot | None) -> bool:
    """A run started elsewhere needs no runner of ours."""
    return look is not None and look.week.watched is not None


def _person(page: Page) -> str:
    say, person = page.say, page.viewer.person
    text = f":material/person: {plain(person.name)} · {say(ROLES[person.role])}"
    if not person.verified:
        text += f"  :orange-badge[:material/gpp_maybe: {say('identity unverified')}]"
    return text


def _alerts(page: Page, look: Snapshot | None) -> None:
    """What is red on every page, until it is fixed."""
    say = page.say
    if damage := page.services.client.damage():
        text = say(
            "**Read-only: nothing can be saved.** {what} Stop the runner, then run "
            "`trainweek ledger restore`. Nothing that was saved is lost.",
            what=said(damage.what, page.viewer.language),
        )
        st.error(text, icon=":material/database_off:")
    status = look.runner if look else page.services.client.runner_status()
    if not status.alive and not _only_watched(look):
        st.error(_no_runner(say, stopped=status.since is not None), icon=":material/power_off:")
    if look is None:
        return
    silence = look.silence
    if look.pulse is not None and look.stalled:
        text = say("The run is stalled: {evidence}.", evidence=look.pulse.text)
        if of_it := _of_the_stall(look):
            name = _names(page, look, of_it)
            where = say("Its incident is open on *Escalation*: {procedure}.", procedure=name)
            text = f"{text} {where}"
        st.error(text, icon=":material/sensors_off:")
    elif silence is not None and silence.stalled:
        text = say(
            "No new events for {age}, although the run should be in progress.",
            age=age(silence.seconds),
        )
        st.error(text, icon=":material/sensors_off:")
    _incidents(page, look)
    _broken_signature(page, look)


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


def _incidents(page: Page, look: Snapshot) -> None:
    named = _of_the_stall(look)  # by the line above this one
    blocking = [i for i in look.open_incidents if i.blocks_start and i not in named]
    others = [i for i in look.open_incidents if not i.blocks_start and i not in named]
    if blocking:
        text = plural(
            "Open incident: {procedures}. Start and automatic restarts are blocked until it is "
            "closed.",
            "Open incidents: {procedures}. Start and automatic restarts are blocked until they "
            "are closed.",
            len(blocking),
            procedures=_names(page, look, blocking),
        )
        st.error(page.say(text), icon=":material/campaign:")
    if others:
        text = plural(
            "Open incident: {procedures}. See Escalation for its actions.",
            "Open incidents: {procedures}. See Escalation for their actions.",
            len(others),
            procedures=_names(page, look, others),
        )
        st.error(page.say(text), icon=":material/campaign:")


def _of_the_stall(look: Snapshot) -> list[Incident]:
    """The open incident of the run that is stalled now; it blocks nothing."""
    hung = next((s for s in look.week.playbook.scenarios if s.id == "hung"), None)
    if not look.stalled or hung is None:
        return []
    return [i for i in look.open_incidents if i.procedure == hung.escalation and not i.blocks_start]


def _names(page: Page, look: Snapshot, incidents: list[Incident]) -> str:
    titles = {e.id: e.title.in_(page.viewer.language) for e in look.week.playbook.escalations}
    return ", ".join(titles.get(i.procedure, i.procedure) for i in incidents)


def _broken_signature(page: Page, look: Snapshot) -> None:
    """An approval that is no longer valid is said on every page."""
    newest = max(look.signatures, key=lambda signature: signature.id, default=None)
    if newest is None or newest.act not in APPROVALS:
        return
    standing = look.standing(newest)
    if standing.state in BROKEN:
        text = page.say("{by}'s signature is no longer valid.", by=newest.by)
        why = " ".join(page.say.text(one) for one in differences(standing, page.viewer.language))
        st.error(
            f"**{word(standing.state, page.say)}** · {text} {why}",
            icon=":material/gpp_bad:",
        )
