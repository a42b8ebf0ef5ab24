"""The only argument of every panel: services, viewer and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.asked_moment import AskedMoment, asked_moment
from core.errors import InputError
from core.paths import Home
from dashboard import serving, shown_week
from dashboard.access import still_in, why_denied
from dashboard.data.services import Services, Snapshot
from dashboard.data.shared_snapshots import SharedSnapshots
from dashboard.viewer import Viewer, current_viewer
from runner.client.base import IN_THE_PAST
from runner.client.past import Past

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.people import Person
    from core.vocabulary import Right
    from core.week import Week
    from dashboard.wording import Words
    from runner.client import Client

TICK_SECONDS = 3.0
SETTLED_SECONDS = 60.0  # between two ticks while nothing is in progress
_ON_ITS_WAY = timedelta(minutes=1)


@dataclass(frozen=True)
class Page:
    """What one panel may use during one run of its script."""

    services: Services
    viewer: Viewer
    moment: AskedMoment | None = None
    """The past moment that is shown; None: now."""
    no_moment: InputError | None = None
    """Why nothing can be shown as of the moment that was asked for."""

    @property
    def say(self) -> Words:
        """Sentences in the viewer's language."""
        return self.viewer.words

    @property
    def week(self) -> Week | None:
        """The shown week; None if there is none."""
        snapshot = self.snapshot()
        return None if snapshot is None else snapshot.week

    def denied(self, right: Right, *, also_elsewhere: bool = False) -> str | None:
        """Why the viewer may not do something here; None if they may.

        :param also_elsewhere: it may also be done while the shown week is not the active one:
            it adds to the records of the shown week, or is not about a shown week at all.
        """
        if self.services.client.moment is not None:
            return f"{self.say.text(IN_THE_PAST.reason)} {self.say.text(IN_THE_PAST.remedy)}"
        denied = why_denied(self.say, self.viewer.person, right)
        if denied or also_elsewhere or self.snapshot() is None:
            return denied
        elsewhere = self.services.elsewhere
        if elsewhere is None:
            return None
        return f"{self.say.text(elsewhere.reason)} {self.say.text(elsewhere.remedy)}"

    def live(
        self,
        body: Callable[[], Any],
        every: float = TICK_SECONDS,
        still: bool = False,
        steady: bool = False,
    ) -> None:
        """Draw ``body`` now, and again on each tick unless the viewer paused updates.

        While nothing is in progress it ticks once a minute, for the hours: :meth:`watch` sees
        what is written. Never call it inside another live body: nested timers show stale content.

        :param every: seconds between two ticks.
        :param still: the content no longer changes; no timer.
        :param steady: it ticks at its own pace, also while nothing is in progress or paused.
        """
        settled = self._settled()

        @wraps(body)  # Streamlit names a fragment by its function
        def proved_body() -> None:
            # The entry file says why, or draws all parts with the other timers.
            if self._is_out() or self._settled() != settled:
                st.rerun()
            body()

        ticking = (steady or (self.viewer.live and not still)) and self.moment is None
        pace = max(every, SETTLED_SECONDS) if settled and not steady else every
        st.fragment(proved_body, run_every=pace if ticking else None)()

    def watch(self) -> None:
        """While nothing is in progress, see on each tick whether the page is still true.

        It draws nothing, and has the whole page drawn again once something was written, or the
        runner came or went.
        """
        if not (self.viewer.live and self.moment is None and self._settled()):
            return
        shown = self._state()

        def watch() -> None:
            if self._is_out() or self._state() != shown:
                st.rerun()

        st.fragment(watch, run_every=TICK_SECONDS)()

    def _is_out(self) -> bool:
        return self.services.client.entry is not None and not still_in()

    def _settled(self) -> bool:
        snapshot = self.snapshot()
        return snapshot is not None and snapshot.settled

    def _state(self) -> tuple[str, bool] | None:
        snapshot = self.snapshot()
        return None if snapshot is None else (snapshot.records.head, snapshot.runner.alive)

    def snapshot(self) -> Snapshot | None:
        """The shown week as of now, or of the shown moment; None without one."""
        return None if self.no_moment is not None else self.services.snapshot()


@st.cache_resource(max_entries=64, ttl="12h", show_spinner=False)
def _services(root: str, person: Person, week_id: str | None) -> Services:
    shared = _shared(root)
    return Services(Home.find(root), person, week_id=week_id, entry=serving.entry(), shared=shared)


@st.cache_resource(max_entries=1, show_spinner=False)
def _shared(root: str) -> SharedSnapshots:  # noqa: ARG001 - Streamlit keeps one for each
    return SharedSnapshots()


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def _past(
    _client: Client,
    root: str,  # noqa: ARG001 - Streamlit keeps one for each
    at: datetime,
    shown: datetime | None,
    week_id: str,
    state: object,  # noqa: ARG001
) -> tuple[Past, SharedSnapshots]:
    return Past(_client, at, shown, week_id), SharedSnapshots()


def current() -> Page:
    """The page of this session, for the scripts in ``pages/`` and the entry file."""
    now, asked = of_now(), shown_week.asked_moment()
    snapshot = now.snapshot()
    if snapshot is None:
        return now
    shown_week.moment_is_of(snapshot.week.id)
    if asked is None:
        return now
    try:
        moment = asked_moment(asked, snapshot.clock, snapshot.now)
    except InputError as error:
        return replace(now, no_moment=error)
    home, client = now.services.home, now.services.client
    # What was recorded in the last seconds may still be on its way; a restore replaces the file.
    young = snapshot.now if snapshot.now - moment.real < _ON_ITS_WAY else None
    state = (young, client.store.database_stamp)
    week_id = snapshot.week.id
    past, shared = _past(client, str(home.root), moment.real, moment.shown, week_id, state)
    services = Services(
        home,
        now.viewer.person,
        week_id=week_id,
        entry=serving.entry(),
        shared=shared,
        past=past,
    )
    return replace(now, services=services, moment=moment)


def of_now() -> Page:
    """The page as of now, whatever moment is shown."""
    viewer = current_viewer()
    services = _services(str(Home.find().root), viewer.person, shown_week.asked())
    return Page(services, viewer)
