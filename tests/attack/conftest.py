"""The served homes, and the table that ``make attack`` prints."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.attack.place import build, served_by_link, served_copy
from tests.browser.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tests.browser.place import Site
    from tests.browser.provider import SignInSite

_ROWS = pytest.StashKey[list[tuple[str, str, str, str]]]()
_SEEN = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--attempts", action="store_true", help="print the table of attacks")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ROWS] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Tell the table what was seen."""
    said = request.node.stash.setdefault(_SEEN, [])
    return lambda what: said.append(" ".join(str(what).split()))


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    made = Provider(tmp_path_factory.mktemp("provider"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once; each test that changes it gets a copy."""
    return build(tmp_path_factory.mktemp("attacked"))


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    """A home of this test alone."""
    return shutil.copytree(home, tmp_path / "home")


@pytest.fixture(scope="module")
def site(
    home: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SignInSite]:
    """With a login."""
    made = served_copy(home, tmp_path_factory.mktemp("login") / "home", provider)
    yield made
    made.close()


@pytest.fixture(scope="module")
def open_site(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Without a login."""
    made = served_by_link(home, tmp_path_factory.mktemp("link") / "home")
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    said = item.stash.setdefault(_SEEN, [])
    if report.failed:
        said.append(f"FAILED in {report.when}: {str(call.excinfo and call.excinfo.value)[:200]}")
    if report.when == "teardown":
        for mark in item.iter_markers("attempt"):
            what, expected = mark.args
            role = item.callspec.params.get("role") if hasattr(item, "callspec") else None
            what = what if role is None else f"{what}: {role.value}"
            shown = "; ".join(said) or "as expected"
            verdict = "DIFFERS" if any(each.startswith("FAILED") for each in said) else "held"
            item.config.stash[_ROWS].append((what, expected, shown, verdict))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not config.getoption("--attempts", default=False):
        return
    terminalreporter.section("attacks")
    terminalreporter.write_line("attempt | expected | seen | verdict")
    rows = config.stash[_ROWS]
    for row in rows:
        terminalreporter.write_line(" | ".join(row))
    held = sum(row[-1] == "held" for row in rows)
    terminalreporter.write_line(f"{held} of {len(rows)} attempts ended as expected.")
