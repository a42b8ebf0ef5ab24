"""What a command that only lists reads: the store, without the rules of any act."""

from __future__ import annotations

from runner.client.reads import Reads
from runner.client.week_list import WeekList


class Lists(Reads, WeekList):
    """Reads of weeks and jobs, by whoever is at the terminal: nobody is asked, nothing is done."""
