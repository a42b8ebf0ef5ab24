"""The server of the pages: ``python -m dashboard.server --port 8501``; ``trainweek dashboard`` starts it.

What weakens or slows it can't be switched on from a user's own Streamlit configuration or environment.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from core.errors import TrainweekError
from core.listening import Listening, listening
from core.paths import CHECKOUT, Home
from dashboard import access, serving
from dashboard.compressed_files import CompressedFiles
from dashboard.early_scripts import EarlyScripts
from dashboard.gate import Gate
from dashboard.navigation import STEMS, WITH_CURVES
from dashboard.security_headers import SecurityHeaders
from dashboard.theme import make_theme_once
from dashboard.warm_up import warm_up
from runner.client.entry import Entry

_FIXED: dict[str, Any] = {
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.corsAllowedOrigins": [],
    "server.trustedUserHeaders": {},
    "server.allowedHosts": [],  # the gate is stricter: it knows the port, too
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "server.scriptHealthCheckEnabled": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 1,
    "secrets.files": [],
    "global.developmentMode": False,
    "client.showErrorDetails": "none",
    "browser.gatherUsageStats": False,
    "runner.magicEnabled": False,
    # A full collection after each run took longer than most runs. Python collects by itself.
    "runner.postScriptGC": False,
}


def config(at: Listening) -> dict[str, Any]:
    """Streamlit's options that are ours to set, by their dotted names."""
    place = {"port": at.port, "address": at.address, "baseUrlPath": at.base_path}
    return {**_FIXED, **{f"server.{name}": value for name, value in place.items()}}


def app(entry: Entry, at: Listening) -> st.App:
    """The pages behind their gate."""
    inner = None
    if entry.login is not None:
        with warnings.catch_warnings():  # Authlib announces another HTTP library
            warnings.simplefilter("ignore", DeprecationWarning)
            from dashboard.doors import doors
        inner = doors(entry, entry.login, at.port)
    entry.acting = access.acting_session
    headers = Middleware(SecurityHeaders, secure=entry.login is not None and entry.login.secure)
    gate = Middleware(Gate, entry=entry, listening=at, doors=inner)
    files = Middleware(CompressedFiles, base_path=at.base_path)
    early = Middleware(EarlyScripts, pages=STEMS, with_curves=WITH_CURVES, base_path=at.base_path)
    return st.App(CHECKOUT / "dashboard" / "app.py", middleware=[headers, gate, files, early])


def main() -> int:
    """Serve until the process is stopped; exit code 1 if nothing may be served."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address")
    parser.add_argument("--base-path")
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("STREAMLIT_")]:
        del os.environ[name]
    # Who connects is the TCP peer, not whom X-Forwarded-For names: no address is trusted to say.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    try:
        entry = Entry.open(Home.find())
        at = listening(entry.login, given.port, given.address, given.base_path)
    except TrainweekError as error:
        print(error, file=sys.stderr)
        return 1
    logging.getLogger("trainweek").setLevel(logging.INFO)
    serving.serve_through(entry)
    warm_up()
    make_theme_once()
    app(entry, at).run(config=config(at))
    return 0


if __name__ == "__main__":
    sys.exit(main())
