"""The versions that compute and store, and the machine's clock."""

from __future__ import annotations

import platform
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import metadata

from packaging.requirements import Requirement

from core.errors import InputError
from core.paths import CHECKOUT, Home
from core.timestamps import iso, parse_moment
from runner.doctor.examined import Examined, failed, passed, warned
from runner.files import last_line
from runner.settings import Settings
from runner.store.engine import described_mode

_OLDEST_PYTHON = (3, 11)
_PROGRAM_IS_OF = 2026  # a machine whose battery is empty boots into the past
_SLACK = timedelta(seconds=5)


def versions(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    python = f"Python {platform.python_version()}"
    install = f"In {CHECKOUT}: make install"
    if sys.version_info < _OLDEST_PYTHON:
        yield failed("versions", f"{python} is too old; 3.11 or newer is needed.", install)
    wrong = list(_out_of_range())
    for what in wrong:
        yield failed("versions", what, install)
    if not wrong:
        yield passed("versions", f"{python}, every package within its range.")
    yield passed("versions", described_mode())


def clock(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    remedy = "Set it: timedatectl set-ntp true"
    if now.year < _PROGRAM_IS_OF:
        yield failed("clock", f"The machine says {iso(now)}, which is past.", remedy)
        return
    newest = _newest_moment(home)
    if newest is not None and newest - now > _SLACK:
        what = (
            f"The ledger's last line is of {iso(newest)}, {newest - now} ahead of this machine's "
            "clock: it was set back."
        )
        yield warned("clock", what, remedy)
    else:
        yield passed("clock", f"{iso(now.replace(microsecond=0))}, not behind the ledger.")


def _out_of_range() -> Iterator[str]:
    for text in _needed():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield f"{requirement.name} is not installed."
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} is {version}; {requirement.specifier} is needed."


def _needed() -> list[str]:
    """The ranges of this checkout: what is installed may be older than its pyproject.toml."""
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["project"]["dependencies"])


def _newest_moment(home: Home) -> datetime | None:
    line = last_line(home.ledger)
    try:
        return parse_moment(str(line["at"])) if line else None
    except (KeyError, InputError):
        return None
