"""Incidents: opened escalations."""

from __future__ import annotations

from core.ledger_bodies.body import Body, BodyPart, MessageRecord, MessageText, PlainText


class ActionProof(BodyPart):
    """An action that the runner had done when the incident was opened, with its proof."""

    index: int  # of the action in the procedure's list, from 0
    proof: MessageText
    proof_message: MessageRecord | None = None


class IncidentOpened(Body):
    """A procedure of the playbook was opened, by a person or by the runner for a job."""

    kind = "incident"
    action = "open"

    procedure: PlainText
    summary: MessageText
    summary_message: MessageRecord | None = None
    blocks_start: bool
    kept: PlainText | None = None  # path of the evidence, relative to the home
    job_id: PlainText | None = None  # that the runner opened it for
    done: list[ActionProof] = []


class IncidentActionDone(Body):
    """An action of the procedure was marked as done."""

    kind = "incident"
    action = "do"

    id: int
    index: int  # of the action in the procedure's list, from 0
    actions_done: list[int]  # all of them now
    note: PlainText = ""


class IncidentActionSkipped(Body):
    """An action of the procedure was skipped, with a reason."""

    kind = "incident"
    action = "skip"

    id: int
    index: int  # of the action in the procedure's list, from 0
    reason: PlainText


class IncidentClosed(Body):
    """A person closed the incident."""

    kind = "incident"
    action = "close"

    id: int
    reason: PlainText
    actions_undone: list[PlainText] = []  # in English
    skipped: list[int] = []  # indices of the actions that were open: the reason is theirs, too
