"""Fixtures of the fault tests, and the table that ``make faults`` prints."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.faults.matrix import NOT_INJECTED
from tests.runner.place import place

__all__ = ["place"]

Row = tuple[int, str, str, str, str]
_HOMES = re.compile(r"/tmp/[\w./-]*?/(?=home\b|file\b)")  # where a test's home lies tells nothing
_ROWS = pytest.StashKey[list[Row]]()
_SEEN = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="print the fault matrix at the end")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ROWS] = []


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Tell the table what was seen: a state, a sentence, a number."""
    said = request.node.stash.setdefault(_SEEN, [])
    return lambda what: said.append(_HOMES.sub("…/", " ".join(str(what).split())))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    for mark in item.iter_markers("fault"):
        if report.when == "call" or report.outcome != "passed":
            said = "; ".join(item.stash.get(_SEEN, [])) or "as expected"
            if report.failed:
                said = f"FAILED in {report.when}: {str(call.excinfo and call.excinfo.value)[:160]}"
            elif report.skipped:
                said = f"not run here: {report.longrepr[2] if report.longrepr else ''}"
            row = (mark.args[0], mark.kwargs["injected"], mark.kwargs["expected"], said, item.name)
            item.config.stash[_ROWS].append(row)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not config.getoption("--matrix", default=False):
        return
    write = terminalreporter.write_line
    terminalreporter.section("fault matrix")
    write("case | injected how | expected | seen")
    for number, injected, expected, said, _ in sorted(config.stash[_ROWS]):
        write(f"{number:>4} | {injected} | {expected} | {said}")
    for number, case in sorted(NOT_INJECTED.items()):
        write(f"{number:>4} | NOT INJECTED: {case.reason} | {case.case} | instead: {case.instead}")
