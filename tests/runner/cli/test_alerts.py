"""``trainweek alerts`` and what the doctor says of channels, as real processes."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.edges import Edges, edges
from core.alerts.kinds import EventKind
from core.paths import Home
from core.timestamps import iso
from runner.alerts.alert_store import AlertStore
from runner.client import Client
from runner.client.past import Past
from tests.core.alerts.notices import condition, look
from tests.event_files import write_events
from tests.expected import present, recorded
from tests.runner.alerts.channel_files import one_channel, write_alerts
from tests.runner.alerts.receivers import web_receiver
from tests.runner.cli.terminal import TRAINWEEK
from tests.runner.place import LAUNCH, LEAD

if TYPE_CHECKING:
    from pathlib import Path

    from runner.client.alerts import AlertList


def trainweek(*words: object, home: Path, role: str = "lead") -> subprocess.CompletedProcess[str]:
    """A process of its own: Apprise keeps what it has loaded."""
    environment = os.environ | {"TRAINWEEK_HOME": str(home), "TRAINWEEK_ROLE": role}
    given = [str(TRAINWEEK), *map(str, words)]
    return subprocess.run(given, env=environment, capture_output=True, text=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    recorded(Client(Home(tmp_path), LEAD).create_week(LAUNCH))
    return Home(tmp_path)


def test_a_test_message_reaches_each_channel_and_says_which_refused(home: Home) -> None:
    with web_receiver() as good, web_receiver() as bad:
        bad.status = 500
        write_alerts(
            home,
            f"channels:\n  - {{name: good, url: '{good.address()}', minimum: critical}}\n"
            f"  - {{name: bad, url: '{bad.address()}'}}\n",
        )
        done = trainweek("alerts", "test", home=home.root)
        assert done.returncode == 1, done.stderr
        assert "good: sent" in done.stdout
        assert "bad: not sent: the receiver answered 500" in done.stdout
        assert "Nothing is wrong." in good.bodies[0]
        alone = trainweek("alerts", "test", "good", home=home.root)
        assert (alone.returncode, len(good.got)) == (0, 2)
    unknown = trainweek("alerts", "test", "other", home=home.root)
    assert (unknown.returncode, "It has: good, bad" in unknown.stderr) == (2, True)


def test_a_viewer_sends_no_test(home: Home) -> None:
    with web_receiver() as receiver:
        one_channel(home, receiver.address())
        refused = trainweek("alerts", "test", home=home.root, role="viewer")
        assert (refused.returncode, receiver.got) == (2, [])


def test_the_list_shows_alerts_silences_and_what_waits(home: Home) -> None:
    off = trainweek("alerts", "list", home=home.root)
    assert (off.returncode, "Alerts are off" in off.stdout) == (3, True)
    assert "without an alerts.yaml nobody looks" in off.stdout
    assert "No active alerts" not in off.stdout
    file, _ = one_channel(home, "json://127.0.0.1:1/")
    now = datetime.now(UTC)
    found = edges({}, look(condition(since=now)), [], now, timedelta(0))
    AlertStore(home).save(found, file.channels, now)
    both = "".join(
        f"  - {{name: {name}, url: 'json://127.0.0.1:1/'}}\n" for name in ("team", "phone")
    )
    write_alerts(home, f"channels:\n{both}")
    shown = trainweek("alerts", "list", home=home.root)
    assert shown.returncode == 1, shown.stderr
    assert "CRITICAL  Reward collapse: Reward fell from 87 to 9.4." in shown.stdout
    assert "team: 0 alerts sent, 1 waiting, 0 given up." in shown.stdout
    assert "phone: 0 alerts sent, 0 waiting, 0 given up." in shown.stdout  # it is only configured
    as_json = json.loads(trainweek("alerts", "list", "--json", home=home.root).stdout)
    assert [one["key"] for one in as_json["alerts"]] == ["finding:collapse"]
    assert [(one["channel"], one["waiting"]) for one in as_json["channels"]] == [
        ("phone", 0),
        ("team", 1),
    ]


def test_a_finding_is_acknowledged_with_the_incident_that_is_about_it(home: Home) -> None:
    client, store, now = Client(home, LEAD), AlertStore(home), datetime.now(UTC)
    week = present(client.active_week())
    opened = recorded(client.open_incident(week.id, "performance", "It fell."))
    key = f"incident:{opened.id}"
    about = condition(key, kind=EventKind.INCIDENT, covers=frozenset({"finding:collapse"}))
    for seen in (condition(), about):
        found = edges(store.alerts(), look(seen, week=week.id), [], now, timedelta(0))
        store.save(found, (), now)
    listed = client.alerts()
    assert [one.key for one in listed.firing] == [key]
    assert listed.part_of == {"finding:collapse": key}  # where the message's link leads to
    assert recorded(client.acknowledge("finding:collapse")).what == key


def test_the_past_has_what_was_reported_by_then(home: Home) -> None:
    store, began = AlertStore(home), datetime.now(UTC)
    after = [began + timedelta(minutes=minute) for minute in range(60)]
    gone = look(week="2026-02-23")
    for at, seen in ((0, look(condition(since=began))), (10, gone), (20, gone)):
        found = edges(store.alerts(), seen, [], after[at], timedelta(0))
        store.save(found, (), after[at])
    client = Client(home, LEAD)

    def then(moment: datetime) -> AlertList:
        return Past(client, moment).client(LEAD).alerts()

    assert "is not kept" in present(then(after[5]).unknown(after[5])), "nobody has looked"
    store.looked(after[30], timedelta(minutes=1), complete=True)
    assert [one.key for one in then(after[5]).firing] == ["finding:collapse"]
    assert then(after[25]).firing == ()
    assert "As reported by then" in present(then(after[25]).unknown(after[25]))
    assert "past moment is not kept" in present(then(began - timedelta(hours=1)).unknown(began)), (
        "before the first"
    )


def test_an_empty_list_is_good_news_only_as_long_as_somebody_looks(home: Home) -> None:
    client, store, now = Client(home, LEAD), AlertStore(home), datetime.now(UTC)
    minute = timedelta(minutes=1)
    store.looked(now, minute, complete=True)
    assert client.alerts().unknown(now + minute) is None
    late = client.alerts().unknown(now + minute + timedelta(seconds=1))
    assert "the last look for alerts was at" in present(late)
    assert client.alerts().unknown(now - timedelta(hours=1)) is not None  # the clock was set back
    store.looked(now, minute, complete=False)
    assert "could not read everything" in present(client.alerts().unknown(now))


def test_a_silence_needs_a_reason_an_end_and_the_right(home: Home) -> None:
    until = iso(datetime.now(UTC) + timedelta(hours=1))
    asked = ("alerts", "silence", "check", "--until", until, "--reason", "maintenance")
    viewer = trainweek(*asked, home=home.root, role="viewer")
    assert (viewer.returncode, "may not record" in viewer.stderr) == (2, True)
    done = trainweek(*asked, "--json", home=home.root, role="engineer")
    assert done.returncode == 0, done.stderr
    number = json.loads(done.stdout)["id"]
    assert "maintenance" in trainweek("alerts", "list", home=home.root).stdout
    for wrong in (
        ("check", "--until", until, "--reason", " "),
        ("check", "--until", "2026-01-01T00:00Z", "--reason", "x"),
        ("check", "--until", iso(datetime.now(UTC) + timedelta(days=30)), "--reason", "x"),
        ("no-such-key", "--until", until, "--reason", "x"),
    ):
        refused = trainweek("alerts", "silence", *wrong, home=home.root)
        assert refused.returncode == 2, wrong
    ended = trainweek("alerts", "unsilence", number, home=home.root)
    assert ended.returncode == 0, ended.stderr
    assert "maintenance" not in trainweek("alerts", "list", home=home.root).stdout
    kinds = [line["body"].get("action") for line in map(json.loads, home.ledger.open())]
    assert kinds[-2:] == ["silence", "unsilence"]


def test_the_doctor_says_whether_channels_can_be_used_and_what_waits(home: Home) -> None:
    assert "Off: there is no alerts.yaml" in trainweek("doctor", home=home.root).stdout
    file, team = one_channel(home, "json://127.0.0.1:1/")
    assert "1 channel can be used" in trainweek("doctor", home=home.root).stdout
    store, then = AlertStore(home), datetime.now(UTC) - timedelta(hours=1)
    found = edges({}, look(condition(since=then)), [], then, timedelta(0))
    store.save(Edges(notices=found.notices), file.channels, then)
    store.claim(store.due(team.name, then), then)
    late = trainweek("doctor", home=home.root)
    assert "team: 1 alert waits, the oldest for 60 min: no answer." in late.stdout
    one_channel(home, "nonsense://${SECRET}")
    unset = trainweek("doctor", home=home.root).stdout
    assert "team: The environment variable SECRET is not set." in unset
    one_channel(home, "nonsense://x")
    assert (
        "team: the address is not one that Apprise knows."
        in trainweek("doctor", home=home.root).stdout
    )


def test_a_rule_is_previewed_made_listed_and_retired(home: Home) -> None:
    walls = [LAUNCH.timestamp() + 60 * i for i in range(9)]
    points = [(i + 1, wall, 0.05 if i == 4 else 0.01) for i, wall in enumerate(walls)]
    write_events(home.root / "watched" / "attempt-001", {"train/approx_kl": points})
    client = Client(home, LEAD)
    recorded(client.create_week(LAUNCH + timedelta(days=7), watched=home.root / "watched"))

    def rules(*words: object) -> subprocess.CompletedProcess[str]:
        return trainweek("alerts", "rules", *words, home=home.root)

    terms = ("--tag", "train/approx_kl", "--threshold", 0.03)
    seen = json.loads(rules("preview", *terms, "--json").stdout)
    assert [week["times"] for week in seen["weeks"]] == [1]
    assert seen["weeks"][0]["firings"][0]["step"] == 5
    assert rules("preview", "--tag", "train/approx_kl", "--threshold", "nan").returncode == 2
    made = json.loads(rules("add", "KL", *terms, "--level", "critical", "--json").stdout)
    assert "CRITICAL  KL: train/approx_kl above 0.03, by" in rules("list").stdout
    assert "is retired" in rules("retire", made["id"]).stdout
    assert rules("list", "--json").stdout.strip() == "[]"


def test_who_took_an_alert_on_says_what_it_was_also_once_it_is_over(home: Home) -> None:
    store, now = AlertStore(home), datetime.now(UTC)
    found = edges({}, look(condition()), [], now, timedelta(hours=4))
    store.save(found, (), now)
    done = trainweek("alerts", "ack", "finding:collapse", "--json", home=home.root)
    assert json.loads(done.stdout)["useful"] is None, done.stderr
    over = [alert.model_copy(update={"resolved": now}) for alert in found.alerts]
    store.save(Edges(alerts=over, notices=[]), (), now)
    words = ("alerts", "ack", "finding:collapse", "--noise", "--note", "a planned restart")
    done = trainweek(*words, home=home.root)
    assert "Marked as noise." in done.stdout, done.stderr
    assert json.loads(home.ledger.read_text().splitlines()[-1])["body"]["note"] == words[-1]
    alone = trainweek("alerts", "ack", "finding:collapse", "--note", "why", home=home.root)
    assert (alone.returncode, "Say which of the two" in alone.stderr) == (2, True)
