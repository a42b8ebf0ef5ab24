"""A drill from the fault to its report: the commands that people type, a real trainer, a real stop."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from core.alerts.edges import Edges
from core.alerts.kinds import EventKind
from core.drill import DrillKind, Fault, NamedCause
from core.drill_paths import (
    drills_folder,
    is_drill,
    kept_messages,
    mark_file,
    named_file,
    played_file,
    reports_folder,
)
from core.errors import ConflictError, InputError, SetupError
from core.files import write_json
from core.paths import Home
from core.vocabulary import ENDED_STATES, JobKind
from runner.alerts.alert_store import AlertStore
from runner.alerts.channels import read_alerts
from runner.alerts.kept_messages import KEPT
from runner.alerts.sender import send_due
from runner.cli import drill as cli
from runner.client import Client
from runner.drill import place
from runner.drill.play import LEADER, RUN, played_fault
from runner.drill.times import name_cause, named_causes, times_of
from tests.core.alerts.notices import at, notice
from tests.expected import job_of, present, recorded
from tests.runner.alerts.channel_files import write_alerts
from tests.runner.alerts.receivers import web_receiver
from tests.runner.cli.terminal import trainweek
from tests.runner.place import ENGINEER, strays, wait_for

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"finding:collapse": EventKind.FINDING, "check": EventKind.CHECK}
NOW = datetime(2026, 11, 29, 15, tzinfo=UTC)


SHORTER = {"LIVENESS_S": "0.5", "ALERTS_S": "0.5"}


def prepared(real: Home, send: bool = False, port: int | None = None) -> Home:
    return place.prepare(real, DrillKind.STALL, "Lea", NOW, port, send, "en")[0]


def own_of(real: Home) -> Home:
    (folder,) = drills_folder(real).iterdir()
    return Home(folder)


@pytest.mark.slow
def test_a_stall_is_seen_acknowledged_named_and_recovered_from(tmp_path: Path) -> None:
    real = Home(tmp_path)
    calm = ("--headless", "--calm", "5")
    begun = trainweek("drill", "start", "stall", *calm, home=tmp_path, settings=SHORTER)
    own = own_of(real)
    try:
        assert begun.returncode == 0, begun.stderr
        fault = present(played_fault(own))
        client = Client(own, ENGINEER)
        job = present(client.job(fault.job))
        assert job.run == RUN
        seen = _times(real)
        assert seen["missed"] != []
        wait_for(lambda: _times(real)["seconds"]["told"] is not None)
        message = json.loads(kept_messages(own).read_text("utf-8").splitlines()[0])
        assert message["title"].startswith("DRILL: [CRITICAL] ")
        (incident,) = client.incidents(present(client.active_week()).id)
        ticked = trainweek("incidents", "ack", incident.id, home=own.root)
        assert ticked.stderr.startswith("DRILL: ")
        assert trainweek("drill", "name", "kl_explosion", home=tmp_path).returncode == 0
        assert trainweek("drill", "name", "hung", home=tmp_path).returncode == 0
        os.kill(present(job.pid), signal.SIGCONT)
        wait_for(lambda: _times(real)["missed"] == [], 120.0)
        ended = trainweek("drill", "end", "--json", home=tmp_path)
    finally:
        trainweek("drill", "end", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    seconds = report["seconds"]
    assert 0 <= seconds["appeared"] <= seconds["told"] < seconds["acknowledged"]
    assert seconds["acknowledged"] < seconds["diagnosed"] < seconds["recovered"]
    assert [each["scenario"] for each in report["named_wrongly"]] == ["kl_explosion"]
    assert {path.suffix for path in reports_folder(real).iterdir()} == {".md", ".json"}
    assert strays(own) == []
    assert {path.name for path in tmp_path.iterdir()} == {"drills", "reports"}
    assert not real.ledger.exists()


@pytest.mark.slow
@pytest.mark.whole  # the same way as the stall's; what it does to a training: test_drilled_train_ppo
def test_a_kl_explosion_is_seen_and_recovered_from_by_a_new_run(tmp_path: Path) -> None:
    real = Home(tmp_path)
    calm = ("--headless", "--calm", "20")
    begun = trainweek("drill", "start", "kl", *calm, home=tmp_path, settings=SHORTER)
    own = own_of(real)
    try:
        assert begun.returncode == 0, begun.stderr
        fault, client = present(played_fault(own)), Client(own, LEADER)
        wait_for(lambda: times_of(own, fault, datetime.now(UTC)).told is not None, 120.0)
        for alert in client.alerts().firing:
            recorded(client.acknowledge(alert.key))
        assert trainweek("drill", "name", "kl_explosion", home=tmp_path).returncode == 0
        recorded(client.stop(fault.job))
        wait_for(lambda: present(client.job(fault.job)).state in ENDED_STATES)
        job_of(
            client.submit(JobKind.TRAIN, {"override_reason": "DRILL: recovery", "resume": False})
        )
        wait_for(lambda: _times(real)["missed"] == [], 120.0)
        ended = trainweek("drill", "end", "--json", home=tmp_path)
    finally:
        trainweek("drill", "end", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["named_wrongly"] == []
    assert strays(own) == []


def _times(real: Home) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        trainweek("drill", "status", "--json", home=real.root).stdout
    )
    return found


def test_only_one_drill_is_in_progress_and_none_within_a_drill(tmp_path: Path) -> None:
    real = Home(tmp_path)
    own, mark = place.prepare(real, DrillKind.KL, "Lea", NOW, None, False, "en")
    with pytest.raises(ConflictError, match="started by Lea at 2026-11-29 15:00 UTC"):
        prepared(real)
    with pytest.raises(InputError, match="is itself the data directory of a drill"):
        prepared(own)
    assert place.current(real) == (own, mark)
    place.close(own, mark, NOW)
    with pytest.raises(InputError, match="No drill is in progress"):
        place.current(real)


def test_without_a_drill_status_name_and_end_say_so(tmp_path: Path) -> None:
    for words in (("status",), ("name", "hung"), ("end",)):
        refused = trainweek("drill", *words, home=tmp_path)
        assert refused.returncode == 2
        assert "No drill is in progress." in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_and_a_viewer_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        refused = trainweek("drill", "start", "kl", "--port", port, home=tmp_path)
    assert f"Port {port} is in use." in refused.stderr
    denied = trainweek("drill", "start", "kl", "--headless", home=tmp_path, role="viewer")
    assert denied.returncode == 2
    assert not drills_folder(Home(tmp_path)).exists()


def test_a_drill_that_has_not_played_its_fault_ends_without_a_report(tmp_path: Path) -> None:
    prepared(Home(tmp_path))
    early = trainweek("drill", "status", home=tmp_path)
    assert "The fault has not been played yet." in early.stderr
    ended = trainweek("drill", "end", home=tmp_path)
    assert ended.returncode == 1
    assert "there is no report" in ended.stdout
    assert not reports_folder(Home(tmp_path)).exists()


def test_a_damaged_record_keeps_no_drill_going(tmp_path: Path) -> None:
    own, real = prepared(Home(tmp_path)), Home(tmp_path)
    recorded(Client(own, LEADER).create_week(NOW, synthetic=True))
    name_cause(own, NamedCause(scenario="crash", by="Ana", at=NOW))
    with named_file(own).open("a", encoding="utf-8") as file:
        file.write('{"scenario": "hung", "by": "Ana", "at": "noon"}\n{"scenario": "hung"}\n{"sc')
    assert [one.scenario for one in named_causes(own)] == ["crash"]
    write_json(played_file(own), {"kind": "stall"})
    ended = trainweek("drill", "end", home=tmp_path)
    assert (ended.returncode, "is damaged" in ended.stderr) == (2, True), ended.stderr
    assert "The drill ended. There is no report" in ended.stdout
    with pytest.raises(InputError, match="No drill is in progress"):
        place.current(real)


def test_a_damaged_mark_names_the_command_that_puts_the_drill_aside(tmp_path: Path) -> None:
    own, real = prepared(Home(tmp_path)), Home(tmp_path)
    mark_file(own).write_text("{")
    for words in (("status",), ("end",), ("start", "kl", "--headless")):
        refused = trainweek("drill", *words, home=tmp_path)
        assert refused.returncode == 2
        assert "drill.json is damaged" in refused.stderr
        assert "trainweek drill end --discard" in refused.stderr
    denied = trainweek("drill", "end", "--discard", home=tmp_path, role="viewer")
    assert denied.returncode == 2
    aside = trainweek("drill", "end", "--discard", home=tmp_path)
    assert aside.returncode == 0, aside.stderr
    (folder,) = (drills_folder(real) / "discarded").iterdir()
    assert str(folder) in aside.stdout
    assert is_drill(Home(folder)), "what is in it was a drill"
    prepared(real)  # the next one
    assert "put aside" in trainweek("drill", "end", "--discard", home=tmp_path).stdout
    with pytest.raises(InputError, match="No drill is in progress"):
        place.discard(real)


def test_with_send_a_real_receiver_gets_messages_that_say_drill(tmp_path: Path) -> None:
    real = Home(tmp_path)
    with web_receiver() as receiver:
        write_alerts(real, f"channels:\n  - {{name: team, url: '{receiver.address()}'}}\n")
        own = prepared(real, send=True)
        (channel,) = present(read_alerts(own)).channels
        AlertStore(own).save(Edges(notices=[notice("finding:collapse", 0)]), [channel], at(0))
        assert send_due(own, present(read_alerts(own)), channel, lambda: at(60), {}) == 1
    (title,) = receiver.titles
    assert title.startswith("DRILL: [CRITICAL] ")
    assert not kept_messages(own).exists(), "it was sent, not written down"


def test_whatever_fails_at_the_start_ends_the_drill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Fault:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(cli, "play", full)
    with pytest.raises(OSError, match="no space"):
        cli.start(DrillKind.STALL, headless=True, home=tmp_path)
    with pytest.raises(InputError, match="No drill is in progress"):
        place.current(Home(tmp_path))


def test_messages_are_sent_only_when_asked_and_the_dead_mans_switch_stays_with_the_team(
    tmp_path: Path,
) -> None:
    real = Home(tmp_path / "real")
    real.root.mkdir()
    with pytest.raises(SetupError, match="There is no channel to send to"):
        prepared(real, send=True)
    assert not drills_folder(real).exists()
    write_alerts(
        real,
        "heartbeat: {url: 'https://x.example.org'}\nchannels:\n"
        "  - {name: team, url: 'json://${HOST}', language: pt}\n"
        "  - {name: ana, url_file: ana.url, ledger_head: true}\n",
    )
    own, mark = place.prepare(real, DrillKind.STALL, "Lea", NOW, 8502, False, "en")
    kept = present(read_alerts(own))
    assert [(one.name, one.url, one.language) for one in kept.channels] == [
        ("team", KEPT, "pt"),
        ("ana", KEPT, "en"),
    ]
    assert kept.heartbeat is None
    assert kept.base_url == "http://localhost:8502"
    place.close(own, mark, NOW)
    later = place.prepare(real, DrillKind.KL, "Lea", NOW.replace(hour=16), None, True, "en")[0]
    team, ana = present(read_alerts(later)).channels
    assert team.url == "json://${HOST}"
    assert ana.url_file == str(real.root / "ana.url")
    assert not ana.ledger_head


def test_the_first_sign_counts_although_it_went_and_came_back(tmp_path: Path) -> None:
    own = prepared(Home(tmp_path))
    recorded(Client(own, LEADER).create_week(NOW, synthetic=True))
    fault = Fault(kind=DrillKind.COLLAPSE, job="train-1", attempt=1, at=at(0))
    store, (channel,) = AlertStore(own), present(read_alerts(own)).channels
    cause = "finding:collapse"
    for number, (seconds, key) in enumerate([(-60, cause), (5, "check"), (20, cause), (90, cause)]):
        seen = notice(key, seconds, number=number, kind=KINDS[key])
        store.save(Edges(notices=[seen]), [channel], at(seconds))
    times = times_of(own, fault, at(100))
    assert (times.seconds("appeared"), times.told) == (20, None)
    assert send_due(own, present(read_alerts(own)), channel, lambda: at(100), {}) == 1
    assert times_of(own, fault, at(100)).seconds("told") == 100
    assert "DRILL: [CRITICAL]" in kept_messages(own).read_text("utf-8")


def test_a_cause_is_named_by_a_scenario_or_by_the_procedure_that_a_person_opens(
    tmp_path: Path,
) -> None:
    own = prepared(Home(tmp_path))
    client = Client(own, LEADER)
    week = recorded(client.create_week(NOW, synthetic=True))
    now = datetime.now(UTC)
    fault = Fault(kind=DrillKind.STALL, job="train-1", attempt=1, at=now)
    name_cause(own, NamedCause(scenario="crash", by="Ana", at=now))
    times = times_of(own, fault, now)
    assert times.diagnosed is None
    assert [one.scenario for one in times.wrong] == ["crash"]
    opened = recorded(client.open_incident(week.id, "unresponsive", "it stands still"))
    found = present(times_of(own, fault, now).diagnosed)
    assert (found.at, found.by) == (opened.opened_at, LEADER.name)
    assert times_of(own, fault, now).missed == ("appeared", "told", "acknowledged", "recovered")
