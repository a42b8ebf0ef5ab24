"""A server has every page in memory before the first person comes, and collects little after it."""

from __future__ import annotations

import subprocess
import sys

from core.listening import Listening
from dashboard import server

_WARMED = """
import gc, sys
from dashboard.navigation import STEMS
from dashboard.warm_up import warm_up
warm_up()
missing = [stem for stem in STEMS if f"dashboard.panels.{stem}.page" not in sys.modules]
print(missing, gc.isenabled(), gc.get_freeze_count() > 10 * len(gc.get_objects()))
"""


def test_every_page_is_imported_and_out_of_the_collector_s_sight() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _WARMED], capture_output=True, text=True, check=True
    )
    assert found.stdout.split("\n")[0] == "[] True True"


def test_no_run_ends_with_a_full_collection_of_streamlit_s() -> None:
    assert server.config(Listening(8501))["runner.postScriptGC"] is False
