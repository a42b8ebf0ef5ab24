"""Whether a live job makes progress: the judgement and its evidence."""

from __future__ import annotations

from core.language import Message, joined, literal
from core.liveness import Pulse
from core.vocabulary import LIVE_STATES, Liveness
from dashboard.components.states import badge
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording.names import OTHER_PROCESS, PROCESSES
from runner.records import Job


def alive(page: Page, job: Job, *, always: bool = False) -> str:
    """Markdown of a live job's liveness, with the evidence if it is not simply working.

    :param always: give the evidence of one that works, too.
    """
    pulse = page.services.client.pulse(job.id) if job.state in LIVE_STATES else None
    if pulse is None:
        return ""
    text = badge(pulse.liveness, page.say)
    if always or pulse.liveness is not Liveness.WORKING:
        text += f" :small[:gray[{page.say(evidence(pulse))}]]"
    return text


def evidence(pulse: Pulse) -> Message:
    """``no new step for 12 min; process T (stopped); no CPU use for 10 s; …``."""
    seen = pulse.seen
    if seen is None:
        return literal("")
    parts = []
    if seen.step_age is not None:
        parts.append(Message("no new step for {age}", age=age(seen.step_age)))
    if seen.event_age is not None:
        parts.append(Message("no new event for {age}", age=age(seen.event_age)))
    if seen.checkpoint_age is not None:
        parts.append(Message("last checkpoint {age} ago", age=age(seen.checkpoint_age)))
    if seen.process is None:
        parts.append(Message("no process"))
    else:
        word = PROCESSES.get(seen.process, OTHER_PROCESS)
        parts.append(Message("process {state} ({word})", state=seen.process, word=word))
    if seen.cpu is not None and seen.cpu_window is not None:
        if seen.cpu < 0.005:
            parts.append(Message("no CPU use for {age}", age=age(seen.cpu_window)))
        else:
            parts.append(Message("using {share:.0%} of a core", share=seen.cpu))
    if pulse.limit is not None:
        parts.append(Message("stall threshold {age}", age=age(pulse.limit)))
    return joined(parts, "; ")
