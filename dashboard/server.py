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
from core.paths import CHECKOUT, Home
from dashboard import access, serving
from dashboard.compressed_files import CompressedFiles
from dashboard.gate import Gate
from dashboard.security_headers import SecurityHeaders
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
    "server.baseUrlPath": "",
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


def config(port: int, address: str) -> dict[str, Any]:
    """Streamlit's options that are ours to set, by their dotted names."""
    return {**_FIXED, "server.port": port, "server.address": address}


def app(entry: Entry, port: int) -> st.App:
    """The pages behind their gate."""
    inner = None
    if entry.login is not None:
        with warnings.catch_warnings():  # Authlib announces another HTTP library
            warnings.simplefilter("ignore", DeprecationWarning)
            from dashboard.doors import doors
        inner = doors(entry, entry.login, port)
    entry.acting = access.acting_session
    headers = Middleware(SecurityHeaders, secure=entry.login is not None and entry.login.secure)
    gate = Middleware(Gate, entry=entry, port=port, doors=inner)
    files = Middleware(CompressedFiles)
    return st.App(CHECKOUT / "dashboard" / "app.py", middleware=[headers, gate, files])


def main() -> int:
    """Serve until the process is stopped; exit code 1 if nothing may be served."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address", default="127.0.0.1")
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("STREAMLIT_")]:
        del os.environ[name]
    try:
        entry = Entry.open(Home.find())
    except TrainweekError as error:
        print(error, file=sys.stderr)
        return 1
    logging.getLogger("trainweek").setLevel(logging.INFO)
    serving.serve_through(entry)
    warm_up()
    app(entry, given.port).run(config=config(given.port, given.address))
    return 0


if __name__ == "__main__":
    sys.exit(main())
