"""Whether a twin run may start now, and which run it forks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.job_params import TrainParams
from core.language import Message
from core.vocabulary import IncidentState, JobKind
from runner.client.start_rules import blocked_start, own_trainer
from runner.models.checkpoints import list_checkpoints, none_intact, verify_checkpoint
from runner.outcomes import Refused
from runner.store import queries, record_queries

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.job_params import TwinParams
    from core.paths import Home
    from core.week import Week
    from runner.models.checkpoints import Checkpoint, ListedCheckpoint


def twin_params(
    connection: Connection, home: Home, week: Week, asked: TwinParams
) -> TwinParams | Refused:
    """The parameters with the name of the run; or the refusal."""
    row = queries.newest_job(connection, JobKind.TRAIN, week.id, begun=True)
    if row is None or row.run is None:
        return Refused(
            Message("There is no training run to fork."),
            Message("Start one, and wait for its first checkpoint."),
        )
    if asked.run not in (None, row.run):
        return Refused(
            Message("The week's run is {run}, not {asked}.", run=row.run, asked=asked.run),
            Message("Leave the run out."),
        )
    if refused := blocked_start(connection, week):
        return refused
    if refused := own_trainer(week, TrainParams.model_validate(asked.change)):
        return refused
    if asked.incident is not None:
        incident = record_queries.incident(connection, asked.incident)
        if incident is None or incident.week_id != week.id:
            return Refused(
                Message("The week has no incident {number}.", number=asked.incident),
                Message("List them: trainweek incidents list"),
            )
        if incident.state is not IncidentState.OPEN:
            return Refused(Message("Incident {number} is closed.", number=asked.incident))
    try:
        found = intact_checkpoint(home, row.run)
        if isinstance(found, Refused):
            return found
        settings = found.config["settings"]
    except (IntegrityError, KeyError) as error:
        return Refused(Message("The newest checkpoint can't be read: {error}", error=str(error)))
    if all(settings.get(name) == value for name, value in asked.change.items()):
        return Refused(
            Message("Checkpoint {step} has these settings already.", step=found.step),
            Message("Give another learning_rate or ent_coef."),
        )
    return asked.model_copy(update={"run": row.run})


def intact_checkpoint(home: Home, run: str) -> Checkpoint | Refused:
    """The newest intact checkpoint of a run; or why there is none."""
    damaged: list[ListedCheckpoint] = []  # newest first
    for listed in list_checkpoints(home.checkpoints, run):
        if listed.verified:
            return verify_checkpoint(listed.folder)
        damaged.append(listed)
    if not damaged:
        return Refused(
            Message("{run} has no checkpoint yet.", run=run),
            Message("Wait for its first one, then try again."),
        )
    return Refused(
        none_intact(run, damaged),
        Message("Wait for the run's next checkpoint, or restore a backup."),
    )
