"""``trainweek settings``: what is set, where, and what it means."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from runner.cli import main
from runner.settings import Settings, Terminal

if TYPE_CHECKING:
    from pathlib import Path


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[str | int | None, str, str]:
    monkeypatch.setattr(sys, "argv", ["trainweek", "settings", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return (ended.value.code, *capsys.readouterr())


def test_it_lists_every_setting_with_value_default_source_and_explanation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "settings.yaml").write_text("log_files: 4\n")
    monkeypatch.setenv("TRAINWEEK_STOP_GRACE_S", "60")
    monkeypatch.setenv("TRAINWEEK_STOP_GRACE", "60")
    code, out, _ = printed(monkeypatch, capsys, "--json", "--home", str(tmp_path))
    reported = json.loads(out)
    rows = {row["name"]: row for row in reported["settings"]}
    assert code == 0
    assert list(rows) == [*Settings.model_fields, *Terminal.model_fields]
    assert rows["stop_grace_s"] == {
        "name": "stop_grace_s",
        "variable": "TRAINWEEK_STOP_GRACE_S",
        "value": 60.0,
        "default": 30.0,
        "unit": "s",
        "source": "environment",
        "explanation": "Time from SIGTERM to SIGKILL of a job's whole process tree.",
    }
    assert (rows["log_files"]["value"], rows["log_files"]["source"]) == (4, "file")
    assert rows["schedule"]["source"] == "default"
    assert reported["misspelt"] == {"TRAINWEEK_STOP_GRACE": "TRAINWEEK_STOP_GRACE_S"}
    code, out, _ = printed(monkeypatch, capsys, "--home", str(tmp_path))
    assert "stop_grace_s           60 s (default 30 s)  [environment]" in out
    assert "log_files              4 files (default 10 files)  [file]" in out
    assert "schedule               true  [default]" in out
    assert "TRAINWEEK_STOP_GRACE sets nothing. Did you mean TRAINWEEK_STOP_GRACE_S?" in out


@pytest.mark.parametrize("command", ["settings", "doctor", "runner", "up"])
def test_a_wrong_value_ends_with_2_and_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, command: str
) -> None:
    monkeypatch.setenv("TRAINWEEK_TICK_S", "often")
    monkeypatch.setattr(sys, "argv", ["trainweek", command, "--home", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert said.err.splitlines()[0] == "error: TRAINWEEK_TICK_S is 'often'."
    assert not (tmp_path / "logs").exists()
