"""The viewer's identity and rights, as their session proves them.

The runner's client proves session and rights again at each act; here they only decide
which controls are disabled, and the explanation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import PermissionDenied, TrainweekError
from core.people import MAX_NAME, Person, is_name, unnamed
from core.vocabulary import FRESH_RIGHTS, RIGHTS, Right, Role
from dashboard import remembered, serving
from dashboard.kept_choice import kept_choice
from dashboard.wording.names import ROLES

if TYPE_CHECKING:
    from dashboard.wording import Words
    from runner.client.entry import Session

ROLE_KEY, NAME_KEY = "acting_role", "acting_name"
_SESSION_KEY, _LEAVING = "session_id", "leaving"
_RELOAD_JS = "export default function ({ data }) { window.location.assign(data.to); }"


def session() -> Session | None:
    """The live session of this browser; None once it has ended.

    :raises SetupError: the pages were started without their guard, or the sessions can't be used.
    """
    return serving.entry().session(_token())


def acting_session() -> str | None:
    """The id of the live session of the browser that acts now.

    Streamlit lets a browser take up the session of another by its id, with the controls that the
    other was shown.
    """
    found = session()
    return None if found is None else found.id


def _token() -> str | None:
    return st.context.cookies.get(serving.session_cookie(st.get_option("server.port")))


def _address(path: str) -> str:
    """An address of ours outside the pages, below the base path."""
    return f"{st.get_option('server.baseUrlPath')}{path}"


def still_in() -> bool:
    """Whether this session may still be shown the week: asked at each tick of a live part."""
    try:
        found = session()
        if found is not None and found.claims is not None:
            serving.entry().person(found)
    except TrainweekError:
        return False
    return found is not None


def current_person() -> Person:
    """The signed-in person; without a login the claimed one, with ``verified`` False."""
    browser = remembered.browser_id()
    try:
        found = session()
        if found is None:
            return Person("not-signed-in", Role.VIEWER, browser=browser)
        if found.claims is not None:
            known = serving.entry().person(found)
            return Person(known.name, known.role, True, browser, session=found.id)
    except TrainweekError:
        return Person("not-admitted", Role.VIEWER, browser=browser)
    role, name = _claimed()
    name = name if is_name(name) else unnamed(role)
    return Person(name, role, browser=browser, session=found.id)


def _claimed() -> tuple[Role, str]:
    """Role and name that this session claims, else those the browser remembers; else a viewer."""
    role = st.session_state.get(ROLE_KEY, remembered.recall(remembered.ROLE))
    name = st.session_state.get(NAME_KEY, remembered.recall(remembered.NAME))
    return (Role(role) if role in list(Role) else Role.VIEWER), " ".join(str(name or "").split())


def admit(say: Words) -> bool:
    """Whether this session may see the week; otherwise draws the reason, and the way out."""
    try:
        found = session()
        if found is None:
            _draw_ended(say)
            return False
        _forget_other_people(found)
        if found.claims is not None:
            serving.entry().person(found)
    except PermissionDenied as error:
        text = f"{say.text(error.what)} {say.text(error.remedy)}"
        st.error(text, title=say("You are signed in, but not let in"), icon=":material/lock:")
        _draw_sign_out(say)
        return False
    except TrainweekError as error:
        st.error(say.text(error.remedy), title=say.text(error.what), icon=":material/lock:")
        return False
    serving.entry().touch(found)
    return True


def _forget_other_people(found: Session) -> None:
    """What another person typed in this tab is not the next one's."""
    if st.session_state.setdefault(_SESSION_KEY, found.id) != found.id:
        st.session_state.clear()
        st.session_state[_SESSION_KEY] = found.id


def _draw_ended(say: Words) -> None:
    """Say that the session has ended, and open the way in: the gate has no page for this browser."""
    st.info(say("Your session has ended."), icon=":material/logout:")
    leaving = st.session_state.get(_LEAVING) and serving.login_configured()
    reload = st.components.v2.component("trainweek_reload", js=_RELOAD_JS)
    reload(data={"to": _address("/sign-out" if leaving else "/")}, key="reload", height=0)


def _draw_sign_out(say: Words) -> None:
    st.button(say.raw("Sign out"), on_click=_leave, icon=":material/logout:")


def _leave() -> None:
    found = session()
    if found is not None:
        serving.entry().leave(found)
    st.session_state[_LEAVING] = True


def draw_person(say: Words, person: Person) -> None:
    """The sidebar's "You act as"; without a login, name and role are only claimed."""
    if person.verified:
        _draw_signed_in(say, person)
        return
    st.session_state[ROLE_KEY], name = _claimed()
    st.session_state.setdefault(NAME_KEY, name)
    kept_choice(
        st.selectbox,
        say.raw("You act as"),
        {role: say.raw(ROLES[role]) for role in Role},
        key=ROLE_KEY,
        on_change=lambda: remembered.keep(remembered.ROLE, st.session_state[ROLE_KEY].value),
    )
    st.text_input(
        say.raw("Name"),
        key=NAME_KEY,
        max_chars=MAX_NAME,
        placeholder=person.name,
        on_change=lambda: remembered.keep(remembered.NAME, st.session_state[NAME_KEY]),
        label_visibility="collapsed",
    )
    st.markdown(
        f":small[:orange[:material/gpp_maybe: {say('identity unverified')}]]",
        help=say(
            "No login is configured, so the name is not verified. What you sign is marked "
            "accordingly."
        ),
    )


def _draw_signed_in(say: Words, person: Person) -> None:
    st.markdown(f":material/verified_user: **{say('signed in')}**")
    st.caption(f"{person.name} · {say(ROLES[person.role])}")
    if FRESH_RIGHTS & RIGHTS[person.role]:
        draw_confirmation(say)
    _draw_sign_out(say)


def draw_confirmation(say: Words) -> bool:
    """The way to a fresh sign-in, while the present one is too old; whether it was drawn."""
    found = session()
    asked = found is not None and not serving.entry().fresh(found)
    if asked:
        st.link_button(
            say.raw("Confirm sign-in"),
            _address("/sign-in?go=fresh"),
            icon=":material/lock_clock:",
            help=say(
                "Signing, overriding, restoring and closing a blocking incident ask for a fresh "
                "sign-in. It opens in another tab; what you typed here stays."
            ),
        )
    return asked


def why_denied(say: Words, person: Person, right: Right) -> str | None:
    """Why the person lacks the right; None if they have it. For ``disabled`` and its help."""
    if person.may(right):
        return None
    holders = [say.raw(ROLES[role]) for role in Role if right in RIGHTS[role]]
    if not serving.login_configured():
        return say(
            "The role {role} can't do this; {holders} can. Without a login you choose your role "
            "in the sidebar (on a phone: » at the top left).",
            role=ROLES[person.role],
            holders=", ".join(holders),
        )
    return say(
        "The role {role} can't do this. Ask someone with the role {holders}.",
        role=ROLES[person.role],
        holders=", ".join(holders),
    )
