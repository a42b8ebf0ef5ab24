"""The house's contracts: imports point down, and heavy libraries stay where they belong."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def imported_modules(path: Path) -> set[str]:
    """Top-level names of every import in a file, wherever in the file it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.stem)
def test_a_page_holds_no_logic(page: Path) -> None:
    assert imported_modules(page) <= {"__future__"} | {
        name for name in imported_modules(page) if name.split(".")[0] in {"dashboard", "streamlit"}
    }, f"{page.name} may import the dashboard only; move the rest into a panel."
    tree = ast.parse(page.read_text(encoding="utf-8"))
    logic = [
        n
        for n in ast.walk(tree)
        if isinstance(n, (ast.If, ast.For, ast.While, ast.Try, ast.FunctionDef))
    ]
    assert not logic, f"{page.name} decides something; pages only name their panel."


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.py")), ids=lambda p: p.stem)
def test_a_script_comes_in_through_the_runners_doors(script: Path) -> None:
    allowed = {"runner.client", "runner.cli", "core"}
    ours = {
        name
        for name in imported_modules(script)
        if name.split(".")[0] in {"core", "runner", "dashboard", "pages"}
    }
    assert all(any(name == a or name.startswith(a + ".") for a in allowed) for name in ours), ours


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        (
            "runner.client",
            "torch stable_baselines3 gymnasium streamlit tensorflow matplotlib",
        ),
        ("runner.jobs.backup", "torch pandas sqlalchemy"),
    ],
)
def test_what_is_loaded_often_loads_nothing_heavy(module: str, heavy: str) -> None:
    code = (
        f"import sys, {module}; print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "file",
    sorted(p for p in (ROOT / "runner").rglob("*.py") if p.parent.name != "processes"),
    ids=lambda file: file.relative_to(ROOT).as_posix(),
)
def test_only_one_room_reads_the_process_table(file: Path) -> None:
    read = [
        f"line {node.lineno}: {node.value!r}"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("/proc/")
    ]
    assert not read, f"What reads /proc belongs into runner/processes: {read}"


def test_no_source_file_is_longer_than_three_hundred_lines() -> None:
    sources = [
        p
        for folder in ("core", "runner", "dashboard", "pages", "scripts")
        for p in (ROOT / folder).rglob("*.py")
    ]
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long


@pytest.mark.parametrize(
    "file",
    sorted((ROOT / "core").rglob("*.py")),
    ids=lambda file: file.relative_to(ROOT).as_posix(),
)
def test_core_never_asks_the_machines_clock(file: Path) -> None:
    asked = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "today", "utcnow"}
    ]
    assert not asked, f"The moment is an argument in core: {asked}"
