"""Two archived decisions of a data directory, compared, with what is known of their playbooks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message
from core.limited_files import MOST_RECORD, read_limited

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.side_by_side import SideBySide
    from runner.client import Client


def decision_pair(client: Client, first: str, second: str) -> SideBySide:
    """Two decisions side by side, given by hash or its first digits; the earlier one on the left.

    :raises InputError: there is no such decision, or both are the same one.
    :raises IntegrityError: one was altered.
    """
    from core.decision import read_decision
    from core.decision.side_by_side import side_by_side

    one, other = (read_decision(client.archived(sha256)) for sha256 in (first, second))
    if one.sha256 == other.sha256:
        raise InputError(
            Message("Both are the same decision, {sha256}.", sha256=one.sha256[:12]),
            Message("Choose two different ones."),
        )
    return side_by_side(one, other, lambda saved: playbook_text(client, saved))


def playbook_text(client: Client, saved: SavedDecision) -> str | None:
    """The playbook that a decision was judged by: of a week, or of the job that made it.

    :returns: None if neither has the text with the recorded hash any more.
    """
    sha256, job_id = saved.decision.playbook.sha256, saved.decision.job_id
    for week in client.weeks():
        if week.playbook_sha256 == sha256:
            return week.playbook_text
    if job_id is None:
        return None
    for file in sorted(client.home.job(job_id).glob("attempt-*/playbook.yaml")):
        try:
            content = read_limited(file, MOST_RECORD)
        except OSError:
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            return content.decode("utf-8", errors="replace")
    return None
