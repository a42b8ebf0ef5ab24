"""Once a day the runner has everything verified, in a process of its own, and keeps the result.

So a start and a quick verification may rely on a checkpoint: a change before it that they can't
see, in the tables for one, is found within a day, and people are told of it.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from core.errors import TrainweekError
from core.paths import Home
from runner.recovery.kept_verification import EVERY, verify_whole, whole_verification
from runner.recovery.short_process import ShortProcess
from runner.settings import Settings

_AFTER_START_S = 600.0  # a new runner has other work first
_AGAIN_S = 3600.0  # after one that found something, or failed
_LOOK_S = 60.0
_TIMEOUT_S = 1800.0
_NICE = 10


class DailyVerification:
    """Starts the process that verifies everything, and logs its result. Never waits for it.

    :param now: real time.
    :param now_s: monotonic seconds.
    """

    def __init__(self, home: Home, now: datetime, now_s: float) -> None:
        self.home = home
        self._next = now_s + _AFTER_START_S
        self._process = ShortProcess(
            home,
            "runner.recovery.daily_verification",
            _TIMEOUT_S,
            "Everything verified",
            "The ledger could not be verified",
        )

    def tick(self, now: datetime, now_s: float) -> None:
        """Start a verification if one is due."""
        if self._process.in_progress:
            self._process.check(now_s)
        elif now_s >= self._next:
            # A person may have had it verified meanwhile, and something may have been found.
            due = not self._counts(now) and self.home.ledger.exists()
            self._next = now_s + (_AGAIN_S if due else _LOOK_S)
            if due:
                self._process.start(now_s)

    def _counts(self, now: datetime) -> bool:
        """Whether everything still counts as verified."""
        last = whole_verification(self.home, now)
        return last is not None and last.at is not None and now - last.at < EVERY

    def close(self) -> None:
        """Kill one in progress; it changes nothing."""
        self._process.close()


def main() -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(description="Verify the whole ledger and all tables.")
    parser.add_argument("--home", required=True)
    home = Home.find(parser.parse_args().home)
    os.nice(_NICE)
    try:
        report = verify_whole(home, datetime.now(UTC), int(Settings.read(home).proofs_from))
    except TrainweekError as error:
        print(error, file=sys.stderr)
        return 1
    print(report.text())
    return 0 if report.ok or report.nothing else 1


if __name__ == "__main__":
    raise SystemExit(main())
