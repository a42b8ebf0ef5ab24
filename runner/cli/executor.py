"""``trainweek executor``: what runs jobs elsewhere than on this machine."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message
from core.paths import CHECKOUT
from core.vocabulary import JobKind
from runner.cli.options import HomeOption, open_reads

app = typer.Typer(help="What runs jobs on a cluster.", no_args_is_help=True)
_NOTE = """\
# A Kubernetes Job for attempt {attempt} of {job}. trainweek does not run it, and it was tried on no cluster.
# - The image holds this checkout with its .venv at {checkout}.
# - The claim {claim} (ReadWriteMany) holds the data directory, mounted at its own path.
# - Never apply it twice, or for an attempt that runs: the second copy ends at once, with code 125.
"""


@app.callback()
def _group() -> None:
    """Keeps ``manifest`` a command of a group."""


@app.command()
def manifest(
    job_id: str,
    image: Annotated[str, typer.Option(help="Image with this checkout, at the same path.")],
    claim: Annotated[
        str, typer.Option(help="PersistentVolumeClaim that holds the data directory.")
    ],
    cpus: Annotated[int | None, typer.Option(help="Processors.", min=1, max=4096)] = None,
    memory_gb: Annotated[float | None, typer.Option(help="Memory in GB.", min=0.01)] = None,
    gpus: Annotated[int, typer.Option(help="GPUs.", min=0, max=1024)] = 0,
    home: HomeOption = None,
) -> None:
    """Print a Kubernetes Job for the newest attempt of a job. It is not run here."""
    from core.playbook.placement import Placement
    from runner.executors.engine import Submission
    from runner.executors.executor import Handle
    from runner.executors.kubernetes import manifest as made
    from runner.executors.lease import placement_of
    from runner.executors.questions import KEEPER
    from runner.files import read_json
    from runner.processes.attempt_processes import ID_KEY
    from runner.settings import Settings

    lists = open_reads(home)
    job = lists.job(job_id)
    attempts = lists.attempts(job_id) if job is not None else []
    if job is None or not attempts:
        raise InputError(
            Message("{job} has no attempt.", job=job_id), Message("List them: trainweek jobs list")
        )
    if job.kind not in (JobKind.TRAIN, JobKind.REVALIDATE):
        raise InputError(
            Message("A {kind} runs on the runner's machine only.", kind=job.kind.value),
            Message("Give a training or a revalidation."),
        )
    folder = lists.home.root / attempts[-1].folder
    command = read_json(folder / "command.json") or {}
    if "lease" not in command:
        raise InputError(
            Message("{job} was placed on the runner's machine, without a lease.", job=job_id),
            Message("Place it with training.placements in the playbook: executor slurm or ray."),
        )
    attempt = str(command[ID_KEY])
    placement = placement_of(Handle(attempt, folder)) or Placement()
    given = {"cpus": cpus, "memory_gb": memory_gb, "gpus": gpus or None}
    asked = placement.model_copy(update={name: own for name, own in given.items() if own})
    settings = Settings.read(lists.home)
    python = str(CHECKOUT / ".venv" / "bin" / "python")
    wanted = Submission(
        attempt,
        [python, "-I", "-S", str(KEEPER), str(folder)],
        folder,
        CHECKOUT,
        asked,
        settings.stop_grace_s + 30,
    )
    print(
        _NOTE.format(attempt=attempts[-1].number, job=job.id, checkout=CHECKOUT, claim=claim),
        end="",
    )
    print(_yaml(made(wanted, image, claim, lists.home.root, os.getuid(), os.getgid())), end="")


def _yaml(found: object) -> str:
    import yaml

    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=1000)
