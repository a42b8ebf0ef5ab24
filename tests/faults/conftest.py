"""Fixtures of the fault tests, and the table that ``make faults`` prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.faults.matrix import NOT_INJECTED
from tests.faults.promises import Promises, held, promised
from tests.runner.place import Place, place

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

__all__ = ["place"]

Row = tuple[int, str, str, str, str, str]
_HOMES = re.compile(r"/tmp/[\w./-]*?/(?=home\b|file\b)")  # the place of a test's home means nothing
_ROWS = pytest.StashKey[list[Row]]()
_SEEN = pytest.StashKey[list[str]]()
_HELD = pytest.StashKey[str]()
_ENDED = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="print the fault matrix at the end")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ROWS] = []


@pytest.fixture(autouse=True)
def promises(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Promises]:
    """After each test here: databases whole, acknowledged rows there, no stray process.

    A case without a home says in its mark why it has none; any other has rows to lose.
    """
    with promised(tmp_path) as made:
        places = [
            found
            for name in ("place", "training")
            if name in request.fixturenames
            and isinstance(found := request.getfixturevalue(name), Place)
        ]
        made.lines = [
            (each.home, line)
            for each in places
            for line in each.home.ledger.read_bytes().splitlines(keepends=True)
        ]
        yield made
        held(made, places)
    for mark in request.node.iter_markers("fault"):
        without = mark.kwargs["no_home"]
        if without:
            assert made.homes == 0, f"it has a home, so it is not without one: {without}"
        elif request.node.stash.get(_ENDED, "") == "passed":
            assert made.homes, "no home that a fault could have damaged"
            assert made.rows, "no row that a fault could have cost"
        rows = f"databases whole: {made.homes}; acknowledged rows: {made.rows}, all there"
        request.node.stash[_HELD] = f"{f'no home: {without}' if without else rows}; strays: 0"


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Tell the table what was seen: a state, a sentence, a number."""
    said = request.node.stash.setdefault(_SEEN, [])
    return lambda what: said.append(_HOMES.sub("…/", " ".join(str(what).split())))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_ENDED] = report.outcome
    said = item.stash.setdefault(_SEEN, [])
    if report.failed:
        said.append(f"FAILED in {report.when}: {str(call.excinfo and call.excinfo.value)[:160]}")
    elif report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        said.append(f"not run here: {why}")
    if report.when == "teardown":
        for mark in item.iter_markers("fault"):
            shown = "; ".join(said) or "as expected"
            how, expected = mark.kwargs["injected"], mark.kwargs["expected"]
            after = item.stash.get(_HELD, "not held")
            item.config.stash[_ROWS].append((mark.args[0], how, expected, shown, after, item.name))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not config.getoption("--matrix", default=False):
        return
    write = terminalreporter.write_line
    terminalreporter.section("fault matrix")
    write("case | injected how | expected | seen | held after it")
    rows: list[Row] = config.stash[_ROWS]
    for number, *reported, _ in sorted(rows):
        write(" | ".join([f"{number:>4}", *reported]))
    for number, case in sorted(NOT_INJECTED.items()):
        write(f"{number:>4} | NOT INJECTED: {case.reason} | {case.case} | instead: {case.instead}")
