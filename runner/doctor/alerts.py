"""Alerts: whether the file is right, each address can be used, and what waits."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.language import Message, literal, plural
from core.timestamps import age_text
from runner.alerts.alert_store import AlertStore
from runner.alerts.apprise_address import problem_of_address
from runner.alerts.channels import address_of, read_alerts
from runner.doctor.check_result import CheckResult, failed, passed, warned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.alerts.alerts_file import AlertsFile
    from core.paths import Home
    from runner.settings import Settings

_LATE = timedelta(minutes=10)  # longer than the longest wait between two attempts
_TEST = Message("Check it with: trainweek alerts test")


def alerts(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """The file, the address of each channel, the outbox. Sends nothing."""
    file = read_alerts(home)
    if file is None:
        yield passed("alerts", Message("Off: there is no alerts.yaml."))
        return
    problems = list(_addresses(home, file))
    yield from problems
    if not problems:
        text = plural("{n} channel can be used.", "{n} channels can be used.", len(file.channels))
        yield passed("alerts", text)
    yield from _outbox(home, now)


def _addresses(home: Home, file: AlertsFile) -> Iterator[CheckResult]:
    for channel in file.channels:
        try:
            problem = problem_of_address(address_of(channel, home, os.environ))
        except TrainweekError as error:
            # The doctor's environment may lack what the runner's has: no failure.
            what = Message("{channel}: {problem}", channel=channel.name, problem=error.what)
            yield warned("alerts", what, literal(error.remedy))
            continue
        if problem is not None:
            what = Message("{channel}: {problem}.", channel=channel.name, problem=problem)
            yield failed("alerts", what, Message("See the list of addresses in docs/alerts.md."))


def _outbox(home: Home, now: datetime) -> Iterator[CheckResult]:
    for one in AlertStore(home).states():
        if one.oldest is not None and now - one.oldest > _LATE and one.problem is not None:
            late = plural(
                "{channel}: {n} alert waits, the oldest for {age}: {problem}.",
                "{channel}: {n} alerts wait, the oldest for {age}: {problem}.",
                one.waiting,
                channel=one.channel,
                age=age_text(now - one.oldest),
                problem=one.problem,
            )
            yield warned("alerts", late, _TEST)
