"""An application that runs from its checkout: it is not packed, and packed it writes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if "==" in line]
    assert None not in found, lines
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin is not None}


@pytest.mark.parametrize("command", ["bdist_wheel", "sdist", "install"])
def test_a_package_is_refused_with_a_sentence(command: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "setup.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "setup.py", command], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("trainweek runs from its checkout and is not built as a package")
    assert "make install" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["setup.py"]


@pytest.mark.slow
def test_packages_copied_into_site_packages_refuse_to_make_a_week_there(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    for package in ("core", "runner"):
        shutil.copytree(
            ROOT / package, installed / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    before = {path for path in installed.rglob("*") if "__pycache__" not in path.parts}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRAINWEEK_")}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from runner.cli import main; main()",
            "week",
            "new",
            "--launch",
            "2026-02-23T14:00Z",
        ],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"error: {installed} contains installed packages")
    assert {path for path in installed.rglob("*") if "__pycache__" not in path.parts} == before


def test_the_locks_pin_everything_that_is_asked_for_and_nothing_twice() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    ray, sync = pins("requirements-ray.lock"), pins("requirements-sync.lock")
    assert not run.keys() & dev.keys()
    assert all(run[name] == ray[name] for name in run.keys() & ray.keys())
    assert not run.keys() & sync.keys()
    assert all(dev[name] == version for name, version in sync.items())  # that is what is tested
    for asked, pinned in (
        (project["dependencies"], run),
        (project["optional-dependencies"]["dev"], run | dev),
        (project["optional-dependencies"]["ray"], ray),
        (project["optional-dependencies"]["sync"], sync),
    ):
        for requirement in map(Requirement, asked):
            version = pinned[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version, prereleases=True), requirement


def test_what_only_tests_compare_with_is_not_installed_for_a_user() -> None:
    only_tests = {
        "vectorbt", "numba", "yfinance", "playwright", "ipython", "quantstats", "pytest", "arch",
        "statsmodels",
    }  # fmt: skip
    assert not only_tests & pins("requirements.lock").keys()
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
