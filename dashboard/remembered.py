"""What the browser remembers of a viewer: language, keys, claimed role and name, an id of its own.

It is a cookie, since the server reads cookies when a session begins: a reload or a new tab
is drawn in the right language at once. It grants nothing: role and name count only where no
login is configured, and there they are claims with or without it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGE, ROLE, NAME, KEYS = "language", "role", "name", "keys"
_BROWSER = "browser"
_CHANGED = "remembered:changed"  # session key of what this session has chosen
_BROWSER_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST = 2000  # characters of the cookie; more was not written here

_JS = """
let written = null;
export default function ({ data }) {
  if (written === data.cookie) return;
  written = document.cookie = data.cookie;
}
"""


def recall(what: str) -> str | None:
    """What this session chose, else what the browser's cookie says; None: nothing."""
    return _all().get(what)


def keep(what: str, value: str) -> None:
    """Keep it; :func:`draw` hands it to the browser. For a widget's ``on_change``."""
    st.session_state[_CHANGED] = {**_all(), what: value}


def browser_id() -> str:
    """A random id of this browser, the same in all of its tabs."""
    known = recall(_BROWSER) or ""
    if not _BROWSER_ID.fullmatch(known):
        known = uuid4().hex
        keep(_BROWSER, known)
    return known


def draw() -> None:
    """Write the cookie, once something was chosen in this session: an older tab changes nothing."""
    changed = st.session_state.get(_CHANGED)
    if changed is None:
        return
    pair = f"{cookie_name(st.context.url)}={cookie_value(changed)}"
    path = st.get_option("server.baseUrlPath") or "/"
    cookie = f"{pair}; Path={path}; Max-Age=31536000; SameSite=Strict"  # a year
    component = st.components.v2.component("trainweek_remembered", js=_JS)
    component(data={"cookie": cookie}, key="remembered", height=0)


def _all() -> Mapping[str, str]:
    changed = st.session_state.get(_CHANGED)
    return _read() if changed is None else changed


def _read() -> dict[str, str]:
    """The cookie's pairs of texts; whatever else it holds is ignored."""
    raw = str(st.context.cookies.get(cookie_name(st.context.url)) or "")
    try:
        found: Any = json.loads(unquote(raw)) if len(raw) <= _LONGEST else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        what: value
        for what in (LANGUAGE, ROLE, NAME, KEYS, _BROWSER)
        if isinstance(value := found.get(what), str)
    }


def cookie_name(url: str | None) -> str:
    """With the app's port: two apps on one machine share their cookies, but not their viewers."""
    return f"trainweek_{urlsplit(str(url or '')).port or 'app'}"


def cookie_value(values: Mapping[str, str]) -> str:
    """The pairs as a cookie may hold them."""
    return quote(json.dumps(dict(values)))
