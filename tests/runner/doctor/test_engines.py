"""The doctor asks the engines of the active week's placements."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import yaml

from core.paths import Home
from core.vocabulary import Verdict
from runner.client import Client
from runner.doctor.engines import engines
from runner.settings import Settings
from tests.expected import recorded
from tests.runner.place import LAUNCH, LEAD, after

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from runner.doctor import CheckResult


def examined(root: Path, settings: Settings | None = None, **placement: Any) -> list[CheckResult]:
    training = {"placements": {"train": placement}} if placement else {}
    playbook = root / "playbook.yaml"
    playbook.write_text(yaml.safe_dump({"id": "own", "extends": "phase4", "training": training}))
    recorded(Client(Home(root), LEAD).create_week(LAUNCH, playbook))
    return list(engines(Home(root), settings or Settings(), after(0)))


def test_without_an_engine_there_is_nothing_to_ask(tmp_path: Path) -> None:
    (found,) = examined(tmp_path)
    assert found.verdict is Verdict.PASS


def test_a_machine_without_slurm_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = examined(tmp_path, executor="slurm")
    assert found.verdict is Verdict.FAIL
    assert found.what == "train: sbatch was not found on this machine."
    assert "training.placements" in found.remedy


def test_an_engine_that_gives_no_answer_is_a_warning(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and does not listen
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        (found,) = examined(tmp_path, Settings(ray_address=address), executor="ray")
    assert found.verdict is Verdict.WARN
    assert f"Ray gives no answer: {address} (ray_address)" in found.what
