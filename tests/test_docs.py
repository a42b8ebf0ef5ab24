"""Commands in the documentation are run: each ``sh`` block of a page, in order, in one home.

A block says in its first line how it is meant: ```` ```sh ```` is run and must end with 0,
```` ```sh exit=0,1 ```` must end with one of these codes, ```` ```sh skip ```` is only read: its commands and
options must exist (it needs a browser, a person or minutes).
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from core.paths import Home
from runner.cli import app
from runner.home.launch import stop_all
from tests.runner.cli.terminal import TRAINWEEK, commands_loaded, shorten_backtest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md"]
    + [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")]
)
_BLOCK = re.compile(r"^( *)```sh *(\S*)\n(.*?)^\1```", re.M | re.S)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#([^)]+))?\)")


@dataclass(frozen=True)
class Command:
    """One command of a page, and how its block is meant."""

    line: str
    meant: str  # "", "skip" or "exit=N,M"

    @property
    def expected(self) -> list[int]:
        """The exit codes that its block allows."""
        return [int(code) for code in (self.meant.removeprefix("exit=") or "0").split(",")]


def commands(page: Path) -> list[Command]:
    """The commands of a page's ``sh`` blocks; continued lines are joined, comments left out."""
    found = []
    for _, meant, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                found.append(Command(shlex.join(words), meant))
    return found


def in_checkout(command: Command, home: Path) -> subprocess.CompletedProcess[str]:
    """Run it as a person does: in the checkout, with our environment first on the path.

    ``trainweek`` is forked from a process that has loaded it: a page runs it ten times.
    """
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {
        "TRAINWEEK_HOME": str(home),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
    }
    assignments = [word for word in shlex.split(command.line) if re.match(r"^[A-Z_]+=", word)]
    environment |= dict(word.split("=", 1) for word in assignments)
    words = [
        re.sub(r"\$(\w+)", lambda name: environment[name[1]], word)
        for word in shlex.split(command.line)
        if word not in assignments
    ]
    if words[0] == "trainweek":
        return commands_loaded().run([str(TRAINWEEK), *words[1:]], ROOT, environment)
    return subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280
    )


# Pages whose reader has a week already; the others begin in an empty data directory.
_ABOUT_A_WEEK = {"troubleshooting.md"}
_NEW_WEEK = Command("trainweek week new --launch 2026-11-23T14:00Z", "")
_SAMPLE = "trainweek data sample"


# A way through the same training as docs/operating.md, with a look or two more.
_QUICKSTART = ROOT / "docs" / "quickstart.md"
_RUN = [pytest.param(p, marks=[pytest.mark.whole] if p == _QUICKSTART else []) for p in PAGES]


def test_what_trains_in_the_quickstart_is_run_for_another_page() -> None:
    others = {command.line for command in commands(ROOT / "docs" / "operating.md")}
    alone = {c.line for c in commands(_QUICKSTART) if c.meant != "skip"} - others
    assert alone <= {"trainweek data check", "trainweek week list"}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", _RUN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_of_the_documentation_run(page: Path, tmp_path: Path) -> None:
    first = [_NEW_WEEK] if page.name in _ABOUT_A_WEEK else []
    try:
        for command in [*first, *commands(page)]:
            if command.meant == "skip":
                continue
            done = in_checkout(command, tmp_path)
            assert done.returncode in command.expected, (
                f"{page.name}: `{command.line}` ended with {done.returncode}\n"
                f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            )
            if command.line == _SAMPLE:
                shorten_backtest(tmp_path)
    finally:
        stop_all(Home.find(tmp_path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_command_exists_with_its_options(page: Path) -> None:
    for command in commands(page):
        words = [w for w in shlex.split(command.line) if not re.match(r"^[A-Z_]+=", w)]
        program, *rest = words
        if program == "make":
            assert re.search(rf"^{rest[0]}:", (ROOT / "Makefile").read_text(), re.M), command
        elif Path(program).name == "trainweek":
            parse(rest)
        elif program in ("python", "sh"):
            assert (ROOT / rest[0]).is_file(), command
        else:
            assert program in ("export", "git", "cd", "cp"), (
                f"{page.name}: what runs `{command.line}`?"
            )


def parse(words: list[str]) -> None:
    """Follow the groups of commands to the one that is meant, and look its options up."""
    group: Any = typer.main.get_command(app)  # typer carries a click of its own
    while hasattr(group, "commands") and words and words[0] in group.commands:
        _, group, words = group.resolve_command(typer.Context(group), words)
    assert not hasattr(group, "commands") or not words, f"trainweek has no command {words}"
    known = {option for param in group.params for option in param.opts} | {"--help"}
    for word in words:
        assert not word.startswith("--") or word.split("=")[0] in known, f"no option {word}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_the_documentation_lead_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        file = (page.parent / target).resolve()
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M)
            slugs = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
            assert anchor in slugs, f"{page.name} links to {target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_the_documentation_names_exist(page: Path) -> None:
    named = re.findall(
        r"`((?:core|runner|dashboard|pages|tests|examples|docs)/[\w./]+)`", page.read_text()
    )
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing
