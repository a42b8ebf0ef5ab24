"""Every control of every page in every role, pressed by a program without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.asked_moment import asking_for_real
from core.vocabulary import Role
from runner.home.access_file import give_role
from tests.attack import acts
from tests.attack.browserless import signed_in
from tests.attack.place import NAMES, SUBS, served_copy
from tests.attack.protocol import tab
from tests.attack.sweep import Watch, harvest, press_all, press_forged, press_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.provider import Provider, SignInSite

    Seen = Callable[[object], None]

DECIDING = ("this_week", "escalation", "revalidation")


@pytest.mark.attempt("no control of a page works for a viewer", "0 acts; each is denied")
def test_a_viewer_presses_what_is_disabled(site: SignInSite, seen: Seen) -> None:
    by, watch = NAMES[Role.VIEWER], Watch(site.client)
    with tab(site.url, signed_in(site, "vic")) as mine:
        pressed = press_all(mine, DECIDING)
    seen(f"{pressed} controls, {sum(watch.rows(by).values())} acts, {watch.denials(by)} denials")
    assert pressed > 8
    assert not watch.rows(by)
    assert watch.denials(by)


@pytest.mark.attempt(
    "a viewer sends the events of the lead's and the CTO's controls, which no page of theirs draws",
    "0 acts",
)
def test_a_viewer_sends_events_of_controls_that_were_never_drawn(
    site: SignInSite, seen: Seen
) -> None:
    by, sent, watch = NAMES[Role.VIEWER], 0, Watch(site.client)
    for sub in ("lea", "carla"):
        with tab(site.url, signed_in(site, sub)) as theirs:
            known = harvest(theirs, ("decision",))
        with tab(site.url, signed_in(site, "vic")) as mine:
            sent += press_forged(mine, known)
    seen(f"{sent} events, {sum(watch.rows(by).values())} acts")
    assert sent >= 2
    assert not watch.rows(by)


@pytest.mark.attempt(
    "the lead and the CTO send the events of all their controls while a past moment is shown",
    "0 acts",
)
def test_nothing_can_be_done_at_a_past_moment(site: SignInSite, seen: Seen) -> None:
    moment = asking_for_real(site.client.activity(None, 1)[0].at)
    sent, watch = 0, Watch(site.client)
    for sub in ("lea", "carla"):
        with tab(site.url, signed_in(site, sub)) as mine:
            known = harvest(mine, DECIDING)
            sent += press_forged(mine, known, f"at={moment}")
            assert any("As it was at" in text for text in mine.texts)
    seen(f"{sent} events, {sum(watch.rows().values())} acts")
    assert sent > 12
    assert not watch.rows()


@pytest.mark.attempt(
    "a CTO who is a viewer by now presses the controls that were drawn before", "0 acts, denied"
)
def test_a_role_that_was_taken_away_ends_the_controls_that_it_drew(
    site: SignInSite, seen: Seen
) -> None:
    give_role(site.home, "dora@example.org", Role.CTO)
    site.provider.knows("dora", email="dora@example.org", email_verified=True)
    watch = Watch(site.client)
    with tab(site.url, signed_in(site, "dora")) as hers:
        known = harvest(hers, ("decision",))["decision"]
        assert any(widget.key.startswith("sign:button") for widget in known)
        give_role(site.home, "dora@example.org", Role.VIEWER)
        press_key(hers, "decision", known, "sign:button")
    seen(f"{sum(watch.rows().values())} acts, {watch.denials('dora@example.org')} denials")
    assert not watch.rows()


@pytest.mark.whole
@pytest.mark.attempt(
    "every control of all 14 pages, disabled ones too", "the acts of the table, and no other"
)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_what_the_table_says_and_nothing_else(
    role: Role, home: Path, provider: Provider, tmp_path: Path, seen: Seen
) -> None:
    site = served_copy(home, tmp_path / "home", provider)
    try:
        watch, by = Watch(site.client), NAMES[role]
        with tab(site.url, signed_in(site, SUBS[role])) as mine:
            pressed = press_all(mine)
        rows = watch.rows(by)
        others = {line.by for line in watch.lines()} - {by}
        seen(f"{pressed} controls; {dict(rows)}; {watch.denials(by)} denials")
    finally:
        site.close()
    assert not set(rows) - acts.MAY[role], "acts beyond the table"
    assert acts.MAY[role] <= set(rows), "the positive control: what a role may do is done"
    assert others <= {"runner"}
