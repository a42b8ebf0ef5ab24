"""Alerts: what people are told of now, and one tap to take it on. Links in messages lead here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.alerts.acknowledgement import incident_key
from core.language import joined, literal, plural
from core.vocabulary import Right, Severity
from dashboard.components.acknowledge import acknowledge
from dashboard.components.boundary import boundary
from dashboard.components.headings import part
from dashboard.components.live import live_panel
from dashboard.components.silencing import silence_form, silenced
from dashboard.components.states import badge
from dashboard.components.why_not import why_not
from dashboard.formatting import age
from dashboard.navigation import TITLES, link
from dashboard.panels.alerts.backtest import backtest
from dashboard.panels.alerts.marks import mark, unmarked
from dashboard.panels.alerts.own_rules import own_rules
from dashboard.panels.alerts.rule_form import rule_form
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.alerts.conditions import Alert
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.client.alerts import AlertList
    from runner.incident_records import Incident

ALERT = "alert"  # in the address: the key of the one that a message is about


def show(page: Page) -> None:
    """Draw the page; what holds now is redrawn on each tick, a form while somebody fills it in."""
    live_panel(page, _draw)
    if page.snapshot() is None:
        return

    def form() -> None:
        with boundary(page.say):
            rule_form(page)

    def replayed() -> None:
        with boundary(page.say):
            backtest(page)

    page.live(form, still=True)
    page.live(replayed, still=True)


def _draw(page: Page, snapshot: Snapshot) -> None:
    say, found = page.say, page.services.client.alerts()
    asked = found.part_of.get(st.query_params.get(ALERT) or "", st.query_params.get(ALERT))
    meant = sorted(found.firing, key=lambda alert: alert.key != asked)  # the asked one is first
    known = {alert.key for alert in meant}
    incidents = [one for one in snapshot.open_incidents if incident_key(one.id) not in known]
    unknown = found.unknown(snapshot.now)
    known |= {incident_key(one.id) for one in incidents}
    if asked and asked not in known and unknown is None:
        over = say("The alert of this link is over: {key}", key=asked)
        st.markdown(f":green[:material/check_circle: {over}]")
    for alert in meant:
        with st.container(border=True, gap="xsmall", key=f"alert-{alert.key}"):
            _alert(page, snapshot, alert, found)
    for incident in incidents:
        with st.container(border=True, gap="xsmall", key=f"alert-{incident_key(incident.id)}"):
            _incident(page, snapshot, incident)
    if unknown is not None:
        st.markdown(f":violet[:material/help: {say.text(unknown)}]")
    elif not meant and not incidents:
        st.markdown(f":green[:material/check_circle: {say('No active alerts.')}]")
    if page.moment is None and not page.services.client.alerts_on():
        off = say("Messages are off: there is no `alerts.yaml`. See docs/alerts.md.")
        st.markdown(f":orange[:material/notifications_off: {off}]")
    _channels(page, found)
    unmarked(page, {alert.key for alert in meant})
    own_rules(page, snapshot, page.services.client.alert_records())


def _alert(page: Page, snapshot: Snapshot, alert: Alert, found: AlertList) -> None:
    language, now = page.viewer.language, alert.last
    part(f"{plain(now.subject[language])} {badge(now.level, page.say)}")
    st.markdown(plain(now.text[language]))
    held = age(snapshot.now - alert.first.since)
    since = (
        page.say("since {age}", age=held)
        if alert.first.since_known
        else page.say("first seen {age} ago", age=held)
    )
    st.markdown(f":small[:gray[{since}{_turn(page, alert)}]]")
    answer = found.acknowledged.get(alert.key)
    by = None if answer is None else (answer.by, answer.at)
    called = bool(now.chain) or now.level is Severity.CRITICAL
    acknowledge(page, snapshot, alert.key, by, called=called)
    if answer is not None:
        mark(page, answer)
    quiet = [one for one in found.silences if one.holds(snapshot.now) and one.mutes(now)]
    for silence in quiet:
        silenced(page, silence, alert.key, now.subject[page.viewer.language])
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if now.page in TITLES:
            link(now.page, page.say.raw("Open {page}", page=TITLES[now.page]))
        silence_form(page, alert.key)
    if answer is not None:  # else the reason stands below Acknowledge
        why_not(f"silence:{alert.key}", page.denied(Right.RECORD, also_elsewhere=True))


def _channels(page: Page, found: AlertList) -> None:
    """Whom messages can reach, also where none was sent yet."""
    if not found.channels:
        return
    parts = []
    for one in found.channels:
        sent = plural("{n:,} alert sent", "{n:,} alerts sent", one.sent)
        if one.problem is not None:
            sent = joined([sent, literal(one.problem)], ", ")
        parts.append(f"`{one.channel}` ({plain(page.say.text(sent))})")
    st.markdown(f":small[:gray[{page.say('Channels')}: {' · '.join(parts)}]]")


def _turn(page: Page, alert: Alert) -> str:
    """Whose turn it is, while nobody has acknowledged it."""
    chain = alert.last.chain
    if not chain or alert.acknowledged is not None:
        return ""
    owner = chain[min(alert.turn, len(chain) - 1)].title[page.viewer.language]
    return f" · {page.say('turn of: {owner}', owner=owner)}"


def _incident(page: Page, snapshot: Snapshot, incident: Incident) -> None:
    """An open incident that is not reported: alerts are off, or the next look is still to come."""
    title = snapshot.procedure(incident.procedure, page.viewer.language)
    part(f"{plain(title)} {badge(incident.state, page.say)}")
    st.markdown(page.say.text(incident.summary))
    acknowledge(page, snapshot, incident_key(incident.id), incident.acknowledged)
    link("escalation", page.say.raw("Open {page}", page=TITLES["escalation"]))
