"""Weeks and their clocks."""

from __future__ import annotations

from core.json_model import Moment, Number
from core.ledger_bodies.body import Body, BodyPart, PlainText


class WeekCreated(Body):
    """A week was created. It is the active one, unless it was only planned."""

    kind = "week"
    action = "create"

    id: PlainText
    launch: Moment
    playbook_text: PlainText
    playbook_sha256: PlainText
    tag: PlainText
    symbol: PlainText
    watched: PlainText | None = None  # log folder of a run that is only read
    synthetic: bool
    playbook_file: PlainText | None = None  # source of the text; None: trainweek's own
    active: bool = True  # False: another week stays the active one
    beside: bool = False  # in progress beside the active one
    place: PlainText | None = None  # folder of its runs; None: the manual's paths


class WeekUsed(Body):
    """Another week was made the active one."""

    kind = "week"
    action = "use"

    id: PlainText
    beside: bool = False  # the one that was active stays in progress


class WeekBegun(Body):
    """A week is in progress beside the active one."""

    kind = "week"
    action = "begin"

    id: PlainText


class WeekClosed(Body):
    """A week that was in progress beside the active one no longer is."""

    kind = "week"
    action = "close"

    id: PlainText


class WeekMended(Body):
    """The launch time of a week that had not started was changed."""

    kind = "week"
    action = "mend"

    id: PlainText
    launch: Moment
    before: Moment  # the launch time until then
    reason: PlainText


class WeekArchived(Body):
    """A week was archived: lists leave it out."""

    kind = "week"
    action = "archive"

    id: PlainText


class WeekUnarchived(Body):
    """An archived week is listed again."""

    kind = "week"
    action = "unarchive"

    id: PlainText


class ClockSet(Body):
    """Week time at a real time, and how fast it runs from there."""

    kind = "clock"

    real: Moment
    week: Moment
    pace: Number


class PlaybookField(BodyPart):
    """A field that differs between two playbooks; values are text, or JSON."""

    field: PlainText  # checks.kl_divergence.threshold
    before: PlainText
    after: PlainText


class PlaybookTaken(Body):
    """A changed playbook was taken into the week; what was judged before keeps the earlier one."""

    kind = "week"
    action = "playbook"

    id: PlainText
    reason: PlainText
    before_sha256: PlainText
    playbook_text: PlainText
    playbook_sha256: PlainText
    playbook_file: PlainText | None = None  # source of the text; None: trainweek's own
    tag: PlainText
    symbol: PlainText
    changes: list[PlaybookField]
