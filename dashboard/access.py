"""The viewer's identity and rights.

The runner's client checks the rights again at each action; here they only decide
which controls are disabled, and the explanation.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import streamlit as st
from pydantic import ValidationError

from core.access import AccessList, identity_of, role_of
from core.errors import TrainweekError
from core.paths import Home
from core.people import MAX_NAME, Person, is_name
from core.vocabulary import RIGHTS, Right, Role
from dashboard import remembered
from dashboard.kept_choice import kept_choice
from dashboard.wording.names import ROLES
from runner.home.access_file import read_access

if TYPE_CHECKING:
    from dashboard.wording import Words

ROLE_KEY, NAME_KEY = "acting_role", "acting_name"


def login_configured() -> bool:
    """Whether a login is configured (``[auth]`` in the secrets), so that names are verified."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def _signed_in() -> bool:
    return bool(st.user.get("is_logged_in", False))


def is_loopback(address: str | None) -> bool:
    """True for 127.0.0.0/8, ::1 and localhost; no address means all interfaces."""
    if not address:
        return False
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def current_person() -> Person:
    """The signed-in person; without a login the claimed one, with ``verified`` False."""
    if login_configured():
        return _signed_in_person()
    role, name = _claimed()
    name = name if is_name(name) else f"local-{role.value}"
    return Person(name, role, verified=False, browser=remembered.browser_id())


def _signed_in_person() -> Person:
    """The person whom the login proved, with the role of ``access.yaml``; any doubt is a viewer."""
    browser = remembered.browser_id()
    if not _signed_in():
        return Person("not-signed-in", Role.VIEWER, verified=False, browser=browser)
    claims = st.user.to_dict()
    try:
        name = identity_of(claims).name
        role = role_of(_listed(), claims)
    except (TrainweekError, ValidationError):
        return Person("not-admitted", Role.VIEWER, verified=False, browser=browser)
    return Person(name, role, verified=True, browser=browser)


def _listed() -> AccessList:
    """``access.yaml``; without one the ``[roles]`` beside the login, where others may read.

    :raises AccessError, SetupError: the file is wrong, or others may change it.
    """
    home = Home.find()
    if home.access.exists():
        return read_access(home)
    roles = dict(st.secrets.get("roles", {}))
    return AccessList.model_validate({"unknown": "viewer", "people": roles})


def _claimed() -> tuple[Role, str]:
    """Role and name that this session claims, else those the browser remembers; else a viewer."""
    role = st.session_state.get(ROLE_KEY, remembered.recall(remembered.ROLE))
    name = st.session_state.get(NAME_KEY, remembered.recall(remembered.NAME))
    return (Role(role) if role in list(Role) else Role.VIEWER), " ".join(str(name or "").split())


def admit(say: Words) -> bool:
    """Whether this session may see the week; otherwise draws the sign-in or the reason."""
    if login_configured():
        if _signed_in():
            return _admitted(say)
        st.title(say("trainweek"))
        st.info(say("Sign in to open the training week."))
        st.button(say.raw("Sign in"), type="primary", on_click=st.login)
        return False
    address = st.get_option("server.address")
    if not is_loopback(address):
        st.error(
            say("Configure `[auth]` in `.streamlit/secrets.toml`, or listen on 127.0.0.1."),
            title=say("This app is reachable from other machines but has no login."),
        )
        return False
    return True


def _admitted(say: Words) -> bool:
    """Whether the signed-in person is listed; otherwise draws why not, and whom to ask."""
    try:
        role_of(_listed(), st.user.to_dict())
    except TrainweekError as error:
        text = f"{say.text(error.what)} {say.text(error.remedy)}"
        st.error(text, title=say("You are signed in, but not let in"), icon=":material/lock:")
        st.button(say.raw("Sign out"), on_click=st.logout)
        return False
    except ValidationError:
        st.error(
            say("A role under `[roles]` in the secrets is unknown."),
            title=say("You are signed in, but not let in"),
            icon=":material/lock:",
        )
        st.button(say.raw("Sign out"), on_click=st.logout)
        return False
    return True


def draw_person(say: Words, person: Person) -> None:
    """The sidebar's "You act as"; without a login, name and role are only claimed."""
    if person.verified:
        st.markdown(f":material/verified_user: **{say('signed in')}**")
        st.caption(f"{person.name} · {say(ROLES[person.role])}")
        st.button(say.raw("Sign out"), on_click=st.logout)
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


def why_denied(say: Words, person: Person, right: Right) -> str | None:
    """Why the person lacks the right; None if they have it. For ``disabled`` and its help."""
    if person.may(right):
        return None
    holders = [say.raw(ROLES[role]) for role in Role if right in RIGHTS[role]]
    if not login_configured():
        return say(
            "The role {role} can't do this; {holders} can. Without a login you choose your role "
            "in the sidebar.",
            role=ROLES[person.role],
            holders=", ".join(holders),
        )
    return say(
        "The role {role} can't do this. Ask someone with the role {holders}.",
        role=ROLES[person.role],
        holders=", ".join(holders),
    )
