"""Whether a live job is at work: the judgement, and what it was made of."""

from __future__ import annotations

from core.vocabulary import Liveness
from dashboard.components.states import badge
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Job


def alive(page: Page, snapshot: Snapshot, job: Job, *, always: bool = False) -> str:
    """Markdown of a live job's liveness, with the evidence if it is not simply at work.

    :param always: give the evidence of one that works, too.
    """
    pulse = snapshot.pulse_of(job)
    if pulse is None:
        return ""
    text = badge(pulse.liveness, page.say)
    if always or pulse.liveness is not Liveness.WORKING:
        evidence = plain(pulse.text.in_(page.say.language))
        text += f" :small[:gray[{evidence}]]"
    return text
