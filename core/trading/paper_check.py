"""Whether a paper record is what the ledger says of it, and which one a past moment shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.files import file_sha256
from core.language import Message
from core.timestamps import parse_moment
from core.trading.paper import RECORD, PaperRecord, make_again, read_paper
from core.trading.paper_archive import kept_papers

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.ledger_bodies import DecisionFollowed


def checked_paper(folder: Path, line: DecisionFollowed | None) -> PaperRecord | None:
    """The paper record of a decision; None: it was not followed yet.

    :param line: the ledger's newest one about it; None: it has none.
    :raises IntegrityError: it is damaged, missing, or not what the line says.
    """
    record = read_paper(folder)
    if record is None:
        if line is not None:
            what = Message("The paper record of {sha256} is missing.", sha256=folder.name[:12])
            raise IntegrityError(what, make_again(folder.name))
        return None
    same_file = line is None or (
        line.job_id != record.job_id or file_sha256(folder / RECORD) == line.record_sha256
    )
    return _as_the_ledger_says(record, line, same_file)


def paper_at(folder: Path, moment: datetime, line: DecisionFollowed | None) -> PaperRecord | None:
    """The newest record that was made by a moment; None: none was.

    :param line: the ledger's newest one about it as of the moment.
    :raises IntegrityError: none is left of what the line says.
    """
    made = [each for each in kept_papers(folder) if parse_moment(each.made_at) <= moment]
    try:
        newest = read_paper(folder)
    except IntegrityError:  # those that are kept are whole
        newest = None
    if newest is not None and parse_moment(newest.made_at) <= moment:
        made.append(newest)
    if not made:
        return None
    record = max(made, key=lambda each: (each.days, parse_moment(each.made_at)))
    return _as_the_ledger_says(record, line)


def _as_the_ledger_says(
    record: PaperRecord, line: DecisionFollowed | None, same_file: bool = True
) -> PaperRecord:
    """The record; one that a job has just written may be newer than the line."""
    if line is None:
        return record
    same = same_file and record.days >= line.days
    if line.expired_on is not None:
        same = same and record.expired_on == line.expired_on
    if line.job_id == record.job_id:
        told = (line.days, line.left_on, line.expired_on, line.held)
        same = same and told == (record.days, record.left_on, record.expired_on, record.held)
    if not same:
        what = Message(
            "The paper record of {sha256} is not what the ledger says.", sha256=record.decision[:12]
        )
        raise IntegrityError(what, make_again(record.decision))
    return record
