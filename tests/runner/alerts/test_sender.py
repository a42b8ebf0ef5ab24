"""The outbox and its sender: at least once, in order of a key, grouped, through real receivers."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.conditions import Notice, NoticeState, Owner
from core.alerts.edges import Edges
from core.alerts.kinds import EventKind
from core.paths import CHECKOUT, Home
from core.vocabulary import Severity
from runner.alerts.alert_store import AlertStore
from runner.alerts.delivery import Delivery
from runner.alerts.outbox import GROUP_WAIT, INCIDENT_WAIT
from runner.alerts.sender import send_due
from runner.reported_problems import ReportedProblems
from tests.core.alerts.notices import at, notice
from tests.runner.alerts.channel_files import one_channel, write_alerts
from tests.runner.alerts.receivers import mail_receiver, web_receiver
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from core.alerts.alerts_file import AlertsFile, Channel

SECRET = "hush-0815"


class Outbox:
    """A home with an outbox, and a clock that the test moves."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.state.mkdir(parents=True)
        self.store = AlertStore(self.home)
        self.now = at(0)

    def post(self, file: AlertsFile, *notices: Notice) -> int:
        return self.store.save(Edges(notices=list(notices)), file.channels, self.now)

    def send(self, file: AlertsFile, channel: Channel, **variables: str) -> int:
        return send_due(self.home, file, channel, lambda: self.now, variables)

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "home")


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_critical_alert_arrives_at_once_and_once(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        assert outbox.post(file, notice()) == 1
        assert outbox.send(file, team) == 1
        assert outbox.send(file, team) == 0
        assert outbox.post(file, notice()) == 0  # the same notice, seen again
        outbox.forward(3600)
        assert outbox.send(file, team) == 0
    assert receiver.titles == ["[CRITICAL] Reward collapse · 2026-02-23"]


def test_a_finding_waits_for_the_incident_that_comes_in_its_place(outbox: Outbox) -> None:
    chain = (Owner(role="ml_lead", title={"en": "ML lead", "pt": "Líder de ML"}),)
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        outbox.post(file, notice("finding:hung", chain=chain))
        outbox.forward(10)
        assert outbox.send(file, team) == 0
        covers = frozenset({"finding:hung"})
        incident = notice("incident:6", kind=EventKind.INCIDENT, covers=covers, chain=chain)
        outbox.post(file, incident)
        outbox.forward(60)
        assert outbox.send(file, team) == 1
        assert "incident:6" in receiver.bodies[0]
        assert "finding:hung" not in receiver.bodies[0]
        outbox.post(file, notice("finding:kl", chain=chain))
        outbox.forward(INCIDENT_WAIT.total_seconds())
        assert outbox.send(file, team) == 1  # none came: the page isn't lost


def test_the_end_of_what_was_never_told_is_not_told(outbox: Outbox) -> None:
    chain = (Owner(role="ml_lead", title={"en": "ML lead", "pt": "Líder de ML"}),)
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        outbox.post(file, notice("finding:hung", chain=chain), notice("finding:kl"))
        covers = frozenset({"finding:hung"})
        outbox.post(file, notice("incident:6", kind=EventKind.INCIDENT, covers=covers, chain=chain))
        outbox.forward(60)
        outbox.send(file, team)
        ended = NoticeState.RESOLVED
        outbox.post(
            file,
            notice("finding:hung", state=ended, chain=chain),
            notice("finding:kl", state=ended),
        )
        outbox.forward(60)
        assert outbox.send(file, team) == 1
    assert "finding:kl" in receiver.bodies[-1]
    assert "finding:hung" not in receiver.bodies[-1]


def test_ten_checks_that_fail_for_one_cause_are_one_message(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        for number in range(10):
            outbox.post(file, notice(f"check:{number}", level=Severity.WARNING))
            outbox.forward(0.5)
        assert outbox.send(file, team) == 0
        outbox.forward(GROUP_WAIT.total_seconds())
        assert outbox.send(file, team) == 1
    assert len(receiver.got) == 1
    assert receiver.bodies[0].count("• 15:00 [WARNING]") == 10


def test_a_storm_of_a_thousand_is_one_message(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        outbox.post(file, *(notice(f"check:{n}") for n in range(1000)))
        assert outbox.send(file, team) == 1
    assert receiver.titles == ["[CRITICAL] Reward collapse and 999 more · 2026-02-23"]
    assert outbox.store.states()[0].sent == 1000


def test_two_hours_of_a_receiver_that_is_down_lose_nothing_and_keep_the_order(
    outbox: Outbox,
) -> None:
    port = closed_port()
    file, team = one_channel(outbox.home, f"json://127.0.0.1:{port}/")
    outbox.post(file, notice("a"))
    attempts, until = 0, outbox.now + timedelta(hours=2)
    while outbox.now < until:
        assert outbox.send(file, team) == 0
        attempts += 1
        if attempts == 3:
            outbox.post(file, notice("a", state=NoticeState.RESOLVED), notice("b"))
        outbox.forward(60)
    state = outbox.store.states()[0]
    assert (state.waiting, state.failed) == (3, 0)
    assert state.problem == "the receiver can't be reached, or refused it"
    with web_receiver(port) as receiver:
        outbox.forward(300)  # the longest wait between two attempts
        assert outbox.send(file, team) == 1
        assert outbox.send(file, team) == 0
    lines = receiver.bodies[0].splitlines()
    assert [line.split("]")[0] for line in lines] == [
        "• 15:00 [CRITICAL",
        "• 15:00 [RESOLVED",
        "• 15:00 [CRITICAL",
    ]
    assert outbox.store.states()[0].waiting == 0


def test_a_later_one_of_a_key_never_overtakes_an_earlier_one(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        receiver.status = 503
        outbox.post(file, notice("a"))
        outbox.send(file, team)
        receiver.status = 200
        outbox.post(file, notice("a", state=NoticeState.RESOLVED), notice("b"))
        assert outbox.send(file, team) == 1  # b alone; a waits for its next attempt
        assert "/b#1:firing" in receiver.bodies[0]
        outbox.forward(30)
        assert outbox.send(file, team) == 1
    assert "[CRITICAL]" in receiver.bodies[1].splitlines()[0]
    assert "[RESOLVED]" in receiver.bodies[1].splitlines()[1]


def test_a_worse_one_takes_what_waits_for_the_morning_with_it(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        quiet = ", quiet: {from: '14:00', to: '20:00'}"
        file, team = one_channel(outbox.home, receiver.address(), quiet)
        outbox.post(file, notice("a", level=Severity.WARNING))
        outbox.forward(60)
        assert outbox.send(file, team) == 0
        outbox.post(file, notice("a", state=NoticeState.WORSE))
        assert outbox.send(file, team) == 1
    assert len(receiver.bodies[0].splitlines()) == 2


def test_what_was_refused_for_a_day_is_given_up(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        receiver.status = 400
        outbox.post(file, notice("a"))
        for _ in range(26):
            outbox.send(file, team)
            outbox.forward(3600)
        receiver.status = 200
        assert outbox.send(file, team) == 0
    state = outbox.store.states()[0]
    assert (state.failed, state.problem) == (1, "the receiver answered 400")


def test_what_happened_once_is_not_told_again_after_a_month(outbox: Outbox) -> None:
    file, team = one_channel(outbox.home, "json://127.0.0.1:1/")
    known = {"dedup": "signed:5", "state": NoticeState.HAPPENED}
    once = notice("signed:5").model_copy(update=known)
    assert outbox.post(file, once) == 1
    outbox.forward(60)
    outbox.store.sent(outbox.store.due(team.name, outbox.now), outbox.now)
    outbox.forward(40 * 86_400)
    outbox.store.prune(outbox.now)
    assert outbox.store.due(team.name, outbox.now) == []
    assert outbox.post(file, once) == 0


def test_mail_and_ntfy_arrive_in_the_language_of_their_channel(outbox: Outbox) -> None:
    port = closed_port()
    with mail_receiver(port) as mail, web_receiver() as ntfy:
        file = write_alerts(
            outbox.home,
            "base_url: https://train.example.org\n"
            "channels:\n"
            f"  - {{name: mail, url: 'mailto://127.0.0.1:{port}?from=tw@example.org&to=ana@example.org', language: pt}}\n"
            f"  - {{name: phone, url: 'ntfy://127.0.0.1:{ntfy.port}/topic'}}\n",
        )
        outbox.post(file, notice())
        assert [outbox.send(file, channel) for channel in file.channels] == [1, 1]
        wait_for(lambda: mail.got)
    assert mail.got[0]["Subject"] == "[CRÍTICO] Colapso da reward · 2026-02-23"
    body = mail.got[0].get_body(("plain", "html"))
    assert body is not None
    assert "A reward caiu de 87 para 9,4." in body.get_content()
    assert ntfy.got[0]["topic"] == "topic"
    assert ntfy.got[0]["message"].startswith("Reward fell from 87 to 9.4.")


def test_a_missing_secret_is_a_problem_that_names_the_variable(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        address = f"json://user:${{TW_PASS}}@127.0.0.1:{receiver.port}/"
        file, team = one_channel(outbox.home, address)
        outbox.post(file, notice())
        assert outbox.send(file, team) == 0
        problem = outbox.store.states()[0].problem
        assert problem == "The environment variable TW_PASS is not set."
        outbox.forward(60)
        assert outbox.send(file, team, TW_PASS=SECRET) == 1


# --- the process


def started(home: Home, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "runner.alerts.sender",
            "--home",
            str(home.root),
            "--channel",
            "team",
        ],
        env=os.environ | environment,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def real(key: str = "a") -> Notice:
    """A notice of now, for a process that reads the machine's clock."""
    made = notice(key)
    return made.model_copy(update={"at": datetime.now(made.at.tzinfo)})


def test_a_sender_that_is_killed_after_sending_sends_the_same_again(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        outbox.now = datetime.now(at(0).tzinfo)
        outbox.post(file, real())
        killed = started(outbox.home, TRAINWEEK_FAIL="alert_sent:kill")
        assert killed.wait(60) == -signal.SIGKILL
        assert len(receiver.got) == 1
        assert outbox.store.states()[0].waiting == 1
        outbox.forward(60)
        assert outbox.send(file, team) == 1
    assert receiver.bodies[0] == receiver.bodies[1]  # with the same reference: it can be told
    assert outbox.store.states()[0].waiting == 0


def test_a_sender_that_is_killed_while_it_sends_loses_nothing(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, team = one_channel(outbox.home, receiver.address())
        outbox.now = datetime.now(at(0).tzinfo)
        outbox.post(file, real())
        receiver.hangs = threading.Event()
        sender = started(outbox.home)
        wait_for(lambda: receiver.calls)
        sender.kill()
        sender.wait()
        receiver.hangs.set()
        outbox.forward(60)
        outbox.send(file, team)
        wait_for(lambda: receiver.got)
    assert outbox.store.states()[0].waiting == 0


def test_a_receiver_that_hangs_holds_up_neither_the_runner_nor_another_channel(
    outbox: Outbox,
) -> None:
    with web_receiver() as slow, web_receiver() as quick:
        slow.hangs = threading.Event()
        file = write_alerts(
            outbox.home,
            f"channels:\n  - {{name: slow, url: '{slow.address()}'}}\n"
            f"  - {{name: quick, url: '{quick.address()}'}}\n",
        )
        outbox.now = datetime.now(at(0).tzinfo)
        outbox.post(file, real())
        delivery = Delivery(outbox.home, ReportedProblems(logging.getLogger("trainweek.test")))
        began = time.monotonic()
        delivery.tick(file, outbox.now)
        assert time.monotonic() - began < 5
        wait_for(lambda: quick.got)
        wait_for(lambda: slow.calls)
        assert slow.got == []
        slow.hangs.set()
        delivery.close()
        wait_for(lambda: all(one.waiting == 0 for one in outbox.store.states()))


def test_two_senders_of_one_channel_do_not_send_twice(outbox: Outbox) -> None:
    with web_receiver() as receiver:
        file, _ = one_channel(outbox.home, receiver.address())
        outbox.now = datetime.now(at(0).tzinfo)
        outbox.post(file, real())
        both = [started(outbox.home) for _ in range(2)]
        assert [sender.wait(60) for sender in both] == [0, 0]
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [401, 500])
def test_no_secret_is_in_what_it_prints_or_stores(outbox: Outbox, status: int) -> None:
    with web_receiver() as receiver:
        receiver.status = status
        path = outbox.home.root / "team.url"
        path.write_text(f"json://ana:{SECRET}@127.0.0.1:{receiver.port}/{SECRET}?token={SECRET}\n")
        path.chmod(0o600)
        file = write_alerts(outbox.home, "channels:\n  - {name: team, url_file: team.url}\n")
        outbox.now = datetime.now(at(0).tzinfo)
        outbox.post(file, real())
        sender = started(outbox.home)
        printed = sender.communicate(timeout=60)[0].decode()
        assert receiver.calls
    path.unlink()
    assert SECRET not in printed
    for kept in outbox.home.root.rglob("*"):
        assert not kept.is_file() or SECRET.encode() not in kept.read_bytes(), kept
    assert outbox.store.states()[0].problem == f"the receiver answered {status}"
