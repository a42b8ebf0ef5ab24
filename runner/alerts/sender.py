"""The process that sends what is due to one channel: ``python -m runner.alerts.sender``.

A process of its own, so that a receiver that hangs holds up neither the runner nor another
channel. It marks what was sent itself, at once: a kill of the runner loses and repeats nothing.
If it is killed between sending and marking, that one message is sent again, with the same
reference in it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from core.alerts.messages import message_of
from core.drill_paths import is_drill
from core.errors import TrainweekError
from core.language import literal
from core.paths import Home
from runner.alerts.alert_store import AlertStore
from runner.alerts.apprise_address import send
from runner.alerts.channels import address_of, read_alerts
from runner.alerts.kept_messages import KEPT, keep_message
from runner.failpoints import fail_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.alerts.alerts_file import AlertsFile, Channel

TIMEOUT_S = 30  # of one message; then the process is ended by its alarm


def send_due(
    home: Home,
    file: AlertsFile,
    channel: Channel,
    now: Callable[[], datetime],
    variables: Mapping[str, str],
    before_each: Callable[[], object] = lambda: None,
) -> int:
    """Send what is due, one message for each week; returns how many messages arrived.

    :raises SetupError: the database can't be used.
    """
    store, arrived = AlertStore(home), 0
    while due := store.due(channel.name, now()):
        week = due[0].notice.condition.week
        together = [one for one in due if one.notice.condition.week == week]
        store.claim(together, now())
        before_each()
        notices = [one.notice for one in together]
        message = message_of(notices, channel, file.base_url, drill=is_drill(home))
        try:
            address = address_of(channel, home, variables)
            if address == KEPT:
                problem = keep_message(home, channel, message, now())
            else:
                problem = send(address, message)
        except TrainweekError as error:
            problem = literal(error.what)
        except Exception as error:  # a fault of a plugin; its text may hold the address
            problem = literal(f"unexpected {type(error).__name__}")
        fail_here("alert_sent")
        if problem is None:
            store.sent(together, now())
            arrived += 1
        else:
            store.refused(together, problem, now())
    return arrived


def main() -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(description="Send what is due to one channel.")
    parser.add_argument("--home", required=True)
    parser.add_argument("--channel", required=True)
    given = parser.parse_args()
    home = Home.find(given.home)
    try:
        file = read_alerts(home)
        channel = file.channel(given.channel) if file else None
        if file is None or channel is None:
            return 0
        with FileLock(home.channel_lock(channel.name), timeout=0):
            send_due(home, file, channel, lambda: datetime.now(UTC), os.environ, _alarm)
    except Timeout:
        return 0  # another one is sending there
    except TrainweekError as error:
        print(error.what, file=sys.stderr)
        return 2
    except Exception as error:  # no traceback: it may hold the address
        print(f"unexpected {type(error).__name__}", file=sys.stderr)
        return 3
    return 0


def _alarm() -> None:
    signal.alarm(TIMEOUT_S)  # SIGALRM ends the process


if __name__ == "__main__":
    raise SystemExit(main())
