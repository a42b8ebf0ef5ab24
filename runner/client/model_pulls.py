"""Whether a model from elsewhere may take the place of the one in use: it is a choice like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.language import Message, literal
from core.vocabulary import JobKind, Right
from runner.client.models import refused_restore, restore_in_progress, revalidation_in_progress
from runner.store import queries

if TYPE_CHECKING:
    from runner.client import Client


def model_stays(client: Client, place: str | None) -> Message | None:
    """Why the model in use of a place must not be replaced now; None: it may be.

    It needs the right to choose the model, and no job that writes the model or judges it.
    """
    try:
        if client.entry is None:
            client.person.require(Right.REVALIDATE)
        else:
            client.entry.require(client.person, Right.REVALIDATE)
    except TrainweekError as error:
        return error.what if isinstance(error.what, Message) else literal(error.what)
    with client.store.read() as connection:
        week = queries.week_in_place(connection, place)
        of = None if week is None else week.id  # of a week of before: no job at all may run
        refused = (
            refused_restore(connection, of)
            or restore_in_progress(connection, of)
            or revalidation_in_progress(queries.active_job(connection, JobKind.REVALIDATE, of))
        )
    return None if refused is None else refused.reason
