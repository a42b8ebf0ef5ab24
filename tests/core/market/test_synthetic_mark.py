"""The mark of synthetic candles: from the first bytes alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.market.synthetic_mark import MARKER, is_marked


def test_the_mark_is_read_once_of_a_file_that_stays_the_same(tmp_path, monkeypatch):
    path = tmp_path / "OGNUSDT-1h.csv"
    path.write_text("open_time,open\n1,2\n")
    opened = []
    whole = Path.open

    def noted(file: Path, *given: Any, **named: Any) -> Any:
        opened.append(file)
        return whole(file, *given, **named)

    monkeypatch.setattr(Path, "open", noted)
    assert not is_marked(tmp_path)
    assert not is_marked(tmp_path)
    assert opened == [path]
    path.write_text(f"{MARKER} made up\nopen_time,open\n1,2\n")
    assert is_marked(tmp_path)
