"""Whether a live job is at work: the judgement, and what it was made of."""

from __future__ import annotations

from core.liveness import Pulse
from core.vocabulary import LIVE_STATES, Liveness
from dashboard.components.states import badge
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording import Words
from runner.records import Job

_KNOWN = frozenset("RSDTtZ")


def alive(page: Page, job: Job, *, always: bool = False) -> str:
    """Markdown of a live job's liveness, with the evidence if it is not simply at work.

    :param always: give the evidence of one that works, too.
    """
    pulse = page.services.client.pulse(job.id) if job.state in LIVE_STATES else None
    if pulse is None:
        return ""
    text = badge(pulse.liveness, page.say)
    if always or pulse.liveness is not Liveness.WORKING:
        text += f" :small[:gray[{evidence(pulse, page.say)}]]"
    return text


def evidence(pulse: Pulse, say: Words) -> str:
    """``no new step for 12 min; process T (stopped); used no CPU for 10 s; limit 10 min``."""
    seen = pulse.seen
    if seen is None:
        return ""
    ages = {
        "alive.step": seen.step_age,
        "alive.event": seen.event_age,
        "alive.checkpoint": seen.checkpoint_age,
    }
    parts = [say(key, age=age(old)) for key, old in ages.items() if old is not None]
    if seen.process is None:
        parts.append(say("alive.no_process"))
    else:
        known = seen.process if seen.process in _KNOWN else "other"
        parts.append(say("alive.process", state=seen.process, word=say.raw(f"process.{known}")))
    if seen.cpu is not None and seen.cpu_window is not None:
        if seen.cpu < 0.005:
            parts.append(say("alive.no_cpu", age=age(seen.cpu_window)))
        else:
            parts.append(say("alive.cpu", share=f"{seen.cpu:.0%}"))
    if pulse.limit is not None:
        parts.append(say("alive.limit", age=age(pulse.limit)))
    return "; ".join(parts)
