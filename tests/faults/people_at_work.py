"""A person at the pages, for the chaos run: ``people_at_work.py HOME ACKS SEED``.

Ticks and notes without a pause, each through a client as a page's click does it, until it
is killed. What the client acknowledged is appended to ACKS *after* the acknowledgement:
each of its lines is a promise that the store must keep.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.paths import Home
from core.people import Person
from core.vocabulary import Role, Verdict
from runner.client import Client
from runner.outcomes import Conflict, Recorded, Refused

if TYPE_CHECKING:
    from runner.records import Note, Tick

PAUSE_S = 0.02


def main() -> None:
    home, acks, rng = Home(Path(sys.argv[1])), Path(sys.argv[2]), random.Random(sys.argv[3])
    client = Client(home, Person("Wilma", Role.ENGINEER))
    week = client.active_week()
    assert week is not None
    slots = [slot for slot in week.playbook.schedule if slot.checks]
    with acks.open("a", encoding="utf-8") as file:
        while True:
            text = f"{rng.getrandbits(64):016x}"
            slot = rng.choice(slots)
            outcome: Recorded[Note] | Recorded[Tick] | Conflict[Tick] | Refused
            try:
                if rng.random() < 0.5:
                    kind, outcome = "note", client.note(week.id, slot.id, text)
                else:
                    check = rng.choice(slot.checks)
                    standing = next(
                        (t for t in client.ticks(week.id) if (t.slot, t.check) == (slot.id, check)),
                        None,
                    )
                    kind = "tick"
                    outcome = client.tick(
                        week.id,
                        slot.id,
                        check,
                        note=text,
                        verdict_seen=Verdict.PENDING,
                        value_seen="",
                        replaces=standing.id if standing else None,
                    )
            except TrainweekError:
                continue  # said plainly, nothing was saved, nothing is promised
            if isinstance(outcome, Recorded):
                file.write(f"{kind} {outcome.record.id} {text}\n")
                file.flush()
                os.fsync(file.fileno())
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
