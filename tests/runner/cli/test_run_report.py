"""``trainweek runs report``: the file, its language, and a run that does not exist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.dashboard.place import Place
from tests.expected import present
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path


def test_the_report_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    run = present(place.train(1.0).run)
    out = tmp_path / "report.html"
    words = ("runs", "report", run, "--language", "pt-BR", "--out", str(out), "--json")
    done = trainweek(*words, home=place.home.root, role="viewer")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"run": run, "file": str(out), "language": "pt"}
    assert f"Relatório do treino: {run}" in out.read_text()
    unknown = trainweek("runs", "report", "F99", home=place.home.root)
    assert unknown.returncode == 2
    assert "There is no training run F99." in unknown.stderr
