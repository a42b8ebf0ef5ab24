"""From what happens in a home to what people receive: a real runner, real kills."""

from __future__ import annotations

import logging
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState
from runner.alerts.alert_store import AlertStore
from tests.expected import recorded
from tests.runner.alerts.channel_files import one_channel, write_alerts
from tests.runner.alerts.receivers import WebReceiver, web_receiver
from tests.runner.place import ENGINEER, LEAD, wait_for

if TYPE_CHECKING:
    import pytest

    from runner.alerts.watch import AlertWatch
    from tests.runner.place import Place

QUICK = {"TRAINWEEK_ALERTS_S": "0.3"}


def about(receiver: WebReceiver, word: str) -> list[str]:
    return [one["title"] for one in receiver.got if word in one["title"] + one["message"]]


def settled(place: Place) -> bool:
    """Whether nothing waits to be sent."""
    return all(one.waiting == 0 for one in AlertStore(place.home).states())


def crash(place: Place) -> None:
    job = place.submit(JobKind.TRAIN, do="fail")
    wait_for(place.in_state(job, JobState.FAILED))


def test_a_crash_is_reported_once_although_the_runner_is_killed(place: Place) -> None:
    with web_receiver() as receiver:
        one_channel(place.home, receiver.address(), ", minimum: critical")
        first = place.runner(**QUICK)
        crash(place)
        wait_for(lambda: about(receiver, "crash"))
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        place.runner(**QUICK)
        before = AlertStore(place.home).alerts()
        wait_for(
            lambda: all(
                alert.last_seen > before[key].last_seen
                for key, alert in AlertStore(place.home).alerts().items()
                if alert.firing
            )
        )
        wait_for(lambda: settled(place))
        assert len(about(receiver, "crash")) == 1


def test_what_a_killed_runner_had_not_sent_is_sent_by_the_next(place: Place) -> None:
    with web_receiver() as receiver:
        receiver.status = 503
        one_channel(place.home, receiver.address(), ", minimum: critical")
        first = place.runner(**QUICK)
        crash(place)
        wait_for(lambda: receiver.calls)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        receiver.status = 200
        assert receiver.got == []
        place.runner(**QUICK)
        wait_for(lambda: about(receiver, "crash"))
        assert len(about(receiver, "crash")) == 1


class Fast:
    """The alerts of a runner in this process, with a clock that the test moves."""

    def __init__(self, place: Place, **settings: object) -> None:
        self.service = place.service(**settings)
        self.watch: AlertWatch = self.service.alerts
        # A sender is a process with the machine's clock: what is due here is due there.
        self.began = datetime.now(UTC) - timedelta(hours=1)
        self.ahead = timedelta(0)
        self.watch.now = self.now
        self.watch.monotonic = lambda: self.ahead.total_seconds()
        self.watch._looked = -1e9

    def now(self) -> datetime:
        return self.began + self.ahead

    def round(self, seconds: float = 11) -> None:
        """The next look, and all that is sent because of it."""
        self.ahead += timedelta(seconds=seconds)
        self.watch.supervised()
        self.watch.tick()
        self.watch.delivery.close()

    def end(self) -> None:
        self.watch.heartbeat.close()
        self.service.close()


def test_an_incident_is_reported_and_its_end_names_who_closed_it(place: Place) -> None:
    with web_receiver() as receiver:
        one_channel(place.home, receiver.address(), ", minimum: critical")
        fast = Fast(place)
        opened = recorded(
            place.client(ENGINEER).open_incident(place.week.id, "crash", "It stopped.")
        )
        fast.round()
        wait_for(lambda: about(receiver, f"incident:{opened.id}"))
        recorded(place.lead.close_incident(opened.id, "The disk was full."))
        for _ in range(7):
            fast.round()
        wait_for(lambda: len(about(receiver, f"incident:{opened.id}")) == 2)
        fast.end()
    last = receiver.got[-1]
    assert last["title"].startswith("[RESOLVED]")
    assert last["message"].startswith(f"Closed by {LEAD.name}: The disk was full. First: ")


def test_without_a_file_nothing_is_looked_at(place: Place) -> None:
    fast = Fast(place)
    fast.round()
    assert not place.home.alerts.exists()
    fast.end()


def test_a_wrong_file_is_logged_once_and_supervision_goes_on(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    write_alerts(place.home, "channels: []")
    place.home.alerts_file.write_text("channels: [{name: team}]")
    fast = Fast(place, alerts_s=0.1)
    with caplog.at_level(logging.ERROR):
        fast.watch.start()
        wait_for(lambda: "give either url or url_file" in caplog.text)
    job = place.submit(JobKind.BACKUP)
    assert place.until(fast.service, job).state is JobState.SUCCEEDED
    fast.end()


# --- the dead man's switch


def beating(receiver: WebReceiver) -> str:
    return f"heartbeat: {{url: 'http://127.0.0.1:{receiver.port}/ping', every_s: 60}}\n"


def test_the_heartbeat_comes_while_all_is_well_with_the_ledger_head(place: Place) -> None:
    with web_receiver() as receiver:
        text = beating(receiver).replace("every_s: 60", "every_s: 60, ledger_head: true")
        write_alerts(place.home, text)
        fast = Fast(place)
        fast.round()
        wait_for(lambda: len(receiver.calls) == 1)
        head = place.lead.ledger_head()
        assert head is not None
        assert receiver.calls == [f"POST /ping {head.line} {head.sha256}\n"]
        fast.round(30)
        fast.round(31)
        wait_for(lambda: len(receiver.calls) == 2)
        fast.end()


def test_no_heartbeat_without_supervision_or_with_a_damaged_ledger(place: Place) -> None:
    with web_receiver() as receiver:
        write_alerts(place.home, beating(receiver))
        fast = Fast(place)
        fast.round()
        wait_for(lambda: len(receiver.calls) == 1)
        fast.ahead += timedelta(seconds=120)  # the supervision hangs
        fast.watch.tick()
        assert len(receiver.calls) == 1
        raw = place.home.ledger.read_bytes()
        place.home.ledger.write_bytes(raw[: len(raw) // 2])
        for _ in range(8):
            fast.round()
        assert len(receiver.calls) == 1
        place.home.ledger.write_bytes(raw)
        fast.end()


def test_a_killed_runner_is_noticed_by_the_silence(place: Place) -> None:
    with web_receiver() as receiver:
        write_alerts(place.home, beating(receiver).replace("every_s: 60", "every_s: 1"))
        runner = place.runner(**QUICK)
        wait_for(lambda: len(receiver.calls) >= 2)
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait()
        seen = len(receiver.calls)
        signal.sigtimedwait([], 3)  # silence can only be waited for
        assert len(receiver.calls) == seen


def test_a_damaged_ledger_is_reported(place: Place) -> None:
    with web_receiver() as receiver:
        one_channel(place.home, receiver.address(), ", minimum: critical")
        fast = Fast(place)
        raw = place.home.ledger.read_bytes()
        place.home.ledger.write_bytes(raw[: len(raw) // 2])
        fast.round()
        wait_for(lambda: about(receiver, "record:damaged"))
        place.home.ledger.write_bytes(raw)
        fast.end()
    assert "truncated" in receiver.bodies[-1]
