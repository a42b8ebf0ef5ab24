"""Who signed a decision, and its second person, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.state_words import ACTS_DONE
from dashboard.wording.names import ROLES

if TYPE_CHECKING:
    from dashboard.page import Page
    from runner.records import Signature


def signed_by(page: Page, signature: Signature) -> str:
    """``Approved by Carla (CTO), Fri 27 Feb 17:30 UTC``, as Markdown."""
    return page.say(
        "{act} by {by} ({role}), {time}",
        act=ACTS_DONE[signature.act],
        by=signature.by,
        role=ROLES[signature.role],
        time=page.viewer.moment(signature.at_week),
    )


def second_person(page: Page, signature: Signature) -> str:
    """The second person of an override, and whether they countersigned; "" without one."""
    if not signature.second:
        return ""
    if signature.second_verified:
        return page.say("second person: {by}", by=signature.second)
    return page.say("second person: {by} (identity unverified)", by=signature.second)
