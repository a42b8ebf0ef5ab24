"""A page names the scripts that it will need; everything else passes untouched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard.early_scripts import CURVES, FRAME, EarlyScripts, scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"
NAMED = re.compile(r'fetchpriority="low" href="\./static/js/([^"]+)"')


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, no_runtime: None) -> Iterator[TestClient]:
    """The real Streamlit app behind the middleware, on an empty page."""
    script: Path = tmp_path_factory.mktemp("app") / "app.py"
    script.write_text("")
    named = Middleware(EarlyScripts, pages=("curves", "plain"), with_curves={"curves"})
    with TestClient(st.App(script, middleware=[named])) as made:
        yield made


def test_every_script_that_is_named_exists_and_is_not_named_twice() -> None:
    names = scripts((*FRAME, *CURVES))
    assert all((SCRIPTS / name).is_file() for name in names)
    assert len(set(names)) == len(names)
    assert {name.partition(".")[0] for name in names} >= {*FRAME, *CURVES}


def test_a_page_names_what_it_needs(browser: TestClient) -> None:
    curves, plain = browser.get("/curves"), browser.get("/plain")
    assert any(name.startswith("EChartsChart.") for name in NAMED.findall(curves.text))
    assert NAMED.findall(plain.text)
    assert not any(name.startswith("EChartsChart.") for name in NAMED.findall(plain.text))
    for answer in (curves, plain):
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert "etag" not in answer.headers


def test_the_page_is_otherwise_streamlit_s_own(browser: TestClient) -> None:
    page = re.sub(r'<link rel="modulepreload" crossorigin fetchpriority[^>]*>', "", browser.get("/curves").text)  # fmt: skip
    assert page == browser.get("/another").text


def test_what_is_not_a_page_passes_untouched(browser: TestClient) -> None:
    script = scripts(CURVES)[0]
    answer = browser.get(f"/static/js/{script}")
    assert answer.content == (SCRIPTS / script).read_bytes()
    assert not NAMED.findall(browser.get("/_stcore/health").text)


def test_other_files_of_streamlit_name_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert scripts(("NoSuchElement",)) == []
    assert "NoSuchElement" in caplog.text
