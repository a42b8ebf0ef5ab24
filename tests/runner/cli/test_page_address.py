"""``trainweek link``: the address at which the pages are served."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli.page_address import link
from runner.home.left_dashboard import note_dashboard

if TYPE_CHECKING:
    import pytest

    from tests.runner.place import Place


def test_a_link_leads_to_the_port_that_is_served(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    link(home=place.home.root)
    assert capsys.readouterr().out.startswith("http://localhost:8501/?token=")
    note_dashboard(place.home, 23511, os.getpid(), "/weeks")
    link(home=place.home.root)
    assert capsys.readouterr().out.startswith("http://localhost:23511/weeks/?token=")
    link(port=9000, home=place.home.root)
    assert capsys.readouterr().out.startswith("http://localhost:9000/?token=")
