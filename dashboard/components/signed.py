"""Who signed a decision and who stood by, in the viewer's words."""

from __future__ import annotations

from dashboard.page import Page
from runner.records import Signature


def signed_by(page: Page, signature: Signature) -> str:
    """``Approved by Carla (CTO), Fri 27 Feb 17:30 UTC``, as Markdown."""
    return page.say(
        "sign.signed",
        act=page.say.raw(f"signed.{signature.act.value}"),
        by=signature.by,
        role=page.say.raw(f"role.{signature.role.value}"),
        time=page.viewer.moment(signature.at_week),
    )


def stood_by(page: Page, signature: Signature) -> str:
    """The second person of an override, and whether that was proven; "" without one."""
    if not signature.second:
        return ""
    proof = "sign.second_by" if signature.second_verified else "sign.second_typed"
    return page.say(proof, by=signature.second)
