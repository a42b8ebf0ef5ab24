"""Versions of Python and packages, and the machine's clock."""

from __future__ import annotations

import platform
import sys
import tomllib
from datetime import datetime, timedelta
from importlib import metadata
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from core.errors import InputError
from core.language import Message
from core.paths import CHECKOUT, Home
from core.timestamps import iso, parse_moment
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.files import last_line
from runner.store.opening import described_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.settings import Settings

_OLDEST_PYTHON = (3, 11)
_RELEASE_YEAR = 2026  # after a dead CMOS battery the clock starts years in the past
_SLACK = timedelta(seconds=5)


def versions(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Python and packages against the ranges of pyproject.toml; the journal mode of SQLite."""
    python = f"Python {platform.python_version()}"
    install = Message("In {folder}: make install", folder=str(CHECKOUT))
    if sys.version_info < _OLDEST_PYTHON:
        yield failed(
            "versions",
            Message("{version} is too old; 3.11 or newer is required.", version=python),
            install,
        )
    wrong = list(_out_of_range())
    for what in wrong:
        yield failed("versions", what, install)
    if not wrong:
        yield passed(
            "versions", Message("{version}, all packages in their version ranges.", version=python)
        )
    yield passed("versions", described_store(home))


def clock(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """The machine's clock against the release year and the newest ledger line."""
    remedy = Message("Set it: timedatectl set-ntp true")
    if now.year < _RELEASE_YEAR:
        yield failed(
            "clock", Message("The clock shows {time}, which is in the past.", time=iso(now)), remedy
        )
        return
    newest = _newest_moment(home)
    if newest is not None and newest - now > _SLACK:
        what = Message(
            "The newest ledger line is from {time}, {lead} ahead of this machine's clock.",
            time=iso(newest),
            lead=str(newest - now),
        )
        yield warned("clock", what, remedy)
    else:
        yield passed(
            "clock",
            Message("{time}, not earlier than the ledger.", time=iso(now.replace(microsecond=0))),
        )


def _out_of_range() -> Iterator[Message]:
    for text in _needed():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield Message("{package} is not installed.", package=requirement.name)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            yield Message(
                "{package} is {version}; {needed} is required.",
                package=requirement.name,
                version=version,
                needed=str(requirement.specifier),
            )


def _needed() -> list[str]:
    """The ranges of this checkout: the installed metadata may be older than pyproject.toml."""
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["project"]["dependencies"])


def _newest_moment(home: Home) -> datetime | None:
    line = last_line(home.ledger)
    try:
        return parse_moment(str(line["at"])) if line else None
    except (KeyError, InputError):
        return None
