"""The client of docs/api.md, run as it stands against a real server."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from core.token_scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dashboard.api.conftest import Served

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(served.gate, port=0, lifespan="off", log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def test_the_documented_client_works(
    served: Served,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRAINWEEK_TOKEN", served.token("eva", Scope.TICK))
    [code] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert "https://train.example.org" in code
    exec(compile(code.replace("https://train.example.org", address), PAGE.name, "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1].startswith(f"({180 * 4096}, 7.9499")
    assert len(printed) > 1  # checks that fail
    line = served.lines()[-1]
    assert line["body"]["text"] == "The nightly script has looked."
    assert line["by"] == "eva@example.org"
