"""Which Chromium the browser tests drive, and how it is started."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",  # as root in a container there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find(playwright: Playwright) -> Path:
    """``CHROMIUM``, else one on the PATH, else Playwright's own. Fails, never skips."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (path := shutil.which(name)):
            return Path(path)
    own = Path(playwright.chromium.executable_path)
    if own.is_file():
        return own
    pytest.fail(
        "The browser tests need a Chromium and found none. Install one (apt-get install chromium, "
        "or .venv/bin/playwright install chromium), or name it: CHROMIUM=/path/to/chromium."
    )


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser for the time of a test's scope."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=str(find(playwright)), args=FLAGS)
