"""A client in a process of its own: ``writer.py HOME COUNT [SPARE FILE]``.

Writes notes and prints ``saved N`` after each that was acknowledged, ``refused TEXT``
for the first that was not. With a spare file it then removes that file, which frees
disk space, and writes one more.
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.errors import TrainweekError
from core.paths import Home
from core.people import Person
from core.timestamps import parse_moment
from core.vocabulary import Role
from runner.client import Client
from runner.outcomes import Recorded
from runner.recovery.verification import verify_ledger


def main() -> None:
    home, count = Home(Path(sys.argv[1])), int(sys.argv[2])
    client = Client(home, Person("Wilma", Role.LEAD))
    week = client.active_week()
    if week is None:
        created = client.create_week(parse_moment("2026-02-23T14:00Z"))
        assert isinstance(created, Recorded), created
        week = created.record
    for number in range(count):
        try:
            client.note(week.id, "hourly_1", f"{number} " + "x" * 4000)
        except TrainweekError as error:
            print("refused", error, flush=True)
            break
        print("saved", number, flush=True)
    if len(sys.argv) > 3:
        Path(sys.argv[3]).unlink()
        client.note(week.id, "hourly_1", "after")
        print("saved after", flush=True)
    print("notes", len(client.notes(week.id)), flush=True)
    print("verified" if verify_ledger(home).ok else verify_ledger(home).text(), flush=True)


if __name__ == "__main__":
    main()
