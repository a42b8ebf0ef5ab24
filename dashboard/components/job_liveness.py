"""Whether a live job makes progress: the judgement and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.vocabulary import Liveness
from dashboard.components.states import badge

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job


def alive(page: Page, snapshot: Snapshot, job: Job, *, always: bool = False) -> str:
    """Markdown of a live job's liveness, with the evidence if it is not simply working.

    :param always: give the evidence of one that works, too.
    """
    pulse = snapshot.pulse_of(job)
    if pulse is None:
        return ""
    text = badge(pulse.liveness, page.say)
    if always or pulse.liveness is not Liveness.WORKING:
        text += f" :small[:gray[{page.say(pulse.text)}]]"
    return text
