"""``alerts.yaml``: what is read, what is refused, and when a channel wants what."""

from __future__ import annotations

import pytest

from core.alerts.alerts_file import AlertsFileError, Channel, parse_alerts
from core.alerts.conditions import NoticeState
from core.alerts.kinds import EventKind
from core.vocabulary import Severity
from tests.core.alerts.notices import at, notice

WHOLE = """
base_url: https://train.example.org/
heartbeat: {url_file: heartbeat.url, every_s: 60}
repeat_hours: 2
channels:
  - name: team
    url: slack://${SLACK_TOKEN}/#alerts
  - name: ana-phone
    url_file: secrets/ana.url
    minimum: critical
    language: pt
    timezone: America/Sao_Paulo
    quiet: {from: "22:00", to: "07:00"}
    people: [ana@example.org]
"""


def refused(text: str) -> str:
    with pytest.raises(AlertsFileError) as found:
        parse_alerts(text, "alerts.yaml")
    return str(found.value.what)


def test_a_whole_file_is_read() -> None:
    file = parse_alerts(WHOLE, "alerts.yaml")
    assert file.base_url == "https://train.example.org"
    assert [one.name for one in file.channels] == ["team", "ana-phone"]
    assert file.channels[0].minimum is Severity.WARNING
    assert file.channels[1].quiet is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("channels:\n  - {name: team}", "line 2: channels[0]: give either url or url_file"),
        (
            "channels:\n  - {name: team, url: a, minimum: loud}",
            "line 2: channels[0].minimum: 'loud' is invalid",
        ),
        ("chanels: []", "line 1: chanels: unknown key"),
        (
            "channels:\n  - {name: a, url: x}\n  - {name: a, url: y}",
            "a is the name of two channels",
        ),
        (
            'channels:\n  - {name: a, url: x, quiet: {from: "25:00", to: "07:00"}}',
            "25:00 is not a time of day",
        ),
        ("channels:\n  - {name: a, url: x, timezone: Mars/Base}", "Mars/Base is not a time zone"),
        ("base_url: train.example.org", "is not an address such as https://host"),
    ],
)
def test_a_wrong_one_is_refused_with_its_place(text: str, why: str) -> None:
    assert why in refused(text)


def channel(**changed: object) -> Channel:
    return Channel.model_validate({"name": "team", "url": "json://x"} | changed)


def test_a_channel_wants_its_level_and_worse() -> None:
    critical, warning = notice(), notice(level=Severity.WARNING)
    assert [channel().wants(one) for one in (critical, warning)] == [True, True]
    only = channel(minimum="critical")
    assert [only.wants(one) for one in (critical, warning)] == [True, False]


def test_people_are_not_told_what_they_did_themselves() -> None:
    signed = notice(kind=EventKind.SIGNED, by="ana@example.org", state=NoticeState.HAPPENED)
    assert not channel(people=["ana@example.org"]).wants(signed)
    assert channel(people=["ana@example.org", "eva@example.org"]).wants(signed)
    assert channel().wants(signed)


def test_the_ledger_head_goes_only_where_it_was_asked_for() -> None:
    head = notice(kind=EventKind.LEDGER_HEAD, level=Severity.INFO)
    assert not channel(minimum="info").wants(head)
    assert channel(ledger_head=True).wants(head)


def test_quiet_hours_hold_back_all_but_critical_ones_until_their_end() -> None:
    # 15:00 UTC is noon in São Paulo; 02:00 UTC is 23:00 there
    quiet = channel(quiet={"from": "22:00", "to": "07:00"}, timezone="America/Sao_Paulo")
    warning, night = notice(level=Severity.WARNING), at(11 * 3600)
    assert quiet.not_before(warning, at(0)) == at(0)
    assert quiet.not_before(warning, night) == at(19 * 3600)
    assert quiet.not_before(notice(), night) == night


def test_quiet_hours_may_lie_within_a_day() -> None:
    lunch = channel(quiet={"from": "14:30", "to": "15:30"})
    warning = notice(level=Severity.WARNING)
    assert lunch.not_before(warning, at(0)) == at(1800)
    assert lunch.not_before(warning, at(1800)) == at(1800)
