"""A signed-in person's access tokens, in a dialog: make one, see it once, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import TrainweekError
from core.language import Message
from core.token_scopes import Scope, useful_scopes
from dashboard import serving
from dashboard.access import draw_confirmation
from dashboard.components import outcomes
from dashboard.wording import plain
from dashboard.wording.names import SCOPES
from runner.client.access_tokens import MOST_DAYS
from runner.outcomes import Recorded, Refused

if TYPE_CHECKING:
    from core.people import Person
    from dashboard.page import Page
    from dashboard.wording import Words
    from runner.client.access_tokens import Token

OPEN, NEW, PLACE = "tokens:open", "tokens:new", "tokens"
NAME, SCOPE, DAYS = "tokens:name", "tokens:scopes", "tokens:days"
_DAYS = 30


def draw_button(say: Words, person: Person) -> None:
    """The sidebar's button that opens the dialog; only for people who have signed in."""
    if person.verified and serving.login_configured():
        st.button(say.raw("Access tokens"), icon=":material/key:", key="tokens", on_click=_open)


def _open() -> None:
    st.session_state[OPEN] = True


def _close() -> None:
    """What was shown once is not shown again."""
    st.session_state.pop(OPEN, None)
    st.session_state.pop(NEW, None)


def show(page: Page) -> None:
    """The dialog, while it is open."""
    if st.session_state.get(OPEN) and page.viewer.person.verified:

        def body() -> None:
            _draw(page)

        title = page.say.raw("Access tokens")
        st.dialog(title, width="medium", on_dismiss=_close)(body)()


def _draw(page: Page) -> None:
    say = page.say
    st.caption(
        say(
            "With a token in `TRAINWEEK_TOKEN`, the command line and scripts act in your name, in "
            "the role that you have at that moment, and at most within the token's scopes. Signing, "
            "overriding, restoring and closing a blocking incident stay on the pages."
        )
    )
    _shown_once(say)
    try:
        own = page.services.client.own_tokens()
    except TrainweekError as error:
        st.error(say.text(error.remedy), title=say.text(error.what))
        return
    for token in own:
        _token(page, token)
    if not own:
        st.markdown(f":gray[{say('You have no access token.')}]")
    _form(page)
    outcomes.show(page, PLACE)


def _shown_once(say: Words) -> None:
    if secret := st.session_state.get(NEW):
        st.success(say("Copy the token now: it is not shown again."), icon=":material/key:")
        st.code(secret, language=None, wrap_lines=True)


def _token(page: Page, token: Token) -> None:
    say, viewer = page.say, page.viewer
    scopes = ", ".join(say.raw(SCOPES[scope]) for scope in token.scopes)
    used = (
        say("last used {time}", time=viewer.moment(token.used)) if token.used else say("never used")
    )
    until = say("until {time}", time=viewer.moment(token.expires))
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(token.name)}** `{token.short}`  \n"
            f":small[:gray[{plain(scopes)} · {until} · {used}]]"
        )
        st.button(
            say.raw("Revoke"),
            key=f"tokens:revoke:{token.short}",
            icon=":material/block:",
            width="content",
            on_click=lambda: _revoke(page, token),
        )


def _form(page: Page) -> None:
    say = page.say
    if draw_confirmation(say):
        st.caption(say("A new token asks for a fresh sign-in."))
        return
    with st.form("tokens:form", enter_to_submit=False):
        st.text_input(
            say.raw("Name of the new token"),
            key=NAME,
            max_chars=100,
            placeholder=say.raw("where it is used, e.g. nightly script"),
        )
        st.pills(
            say.raw("Scopes"),
            [scope for scope in useful_scopes(page.viewer.person.role) if scope is not Scope.READ],
            selection_mode="multi",
            key=SCOPE,
            format_func=lambda scope: say.raw(SCOPES[scope]),
            help=say("Every token may read."),
        )
        st.number_input(
            say.raw("Valid for (days)"), min_value=1, max_value=MOST_DAYS, value=_DAYS, key=DAYS
        )
        st.form_submit_button(
            say.raw("Make the token"), type="primary", on_click=lambda: _make(page)
        )


def _make(page: Page) -> None:
    st.session_state.pop(NEW, None)
    values = st.session_state
    name, scopes, days = values[NAME], values[SCOPE] or (), int(values[DAYS])

    def make() -> Recorded[str] | Refused:
        outcome = page.services.client.make_token(name, map(Scope, scopes), days)
        if isinstance(outcome, Refused):
            return outcome
        st.session_state[NEW] = outcome.record.secret
        return Recorded(outcome.record.token.short)

    if outcomes.act(page, PLACE, Message("access token {name}", name=name), make):
        st.session_state[NAME] = ""


def _revoke(page: Page, token: Token) -> None:
    st.session_state.pop(NEW, None)
    outcomes.act(
        page,
        PLACE,
        Message("access token {name} revoked", name=token.name),
        lambda: page.services.client.revoke_token(token.id),
    )
