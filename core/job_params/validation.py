"""Reading parameters: strictly in a request, leniently from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from core.errors import InputError
from core.field_hints import nearest, schemas, shown, wanted
from core.job_params.beside import ReproduceParams, TrialParams, TwinParams
from core.job_params.models import (
    BackupParams,
    DailyCheckParams,
    DataCheckParams,
    ImportModelParams,
    JobParams,
    PaperParams,
    PreflightParams,
    RevalidateParams,
    TrainParams,
)
from core.language import Message, literal
from core.vocabulary import JobKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PARAMS: Mapping[JobKind, type[JobParams]] = {
    JobKind.TRAIN: TrainParams,
    JobKind.REVALIDATE: RevalidateParams,
    JobKind.PREFLIGHT: PreflightParams,
    JobKind.DAILY_CHECK: DailyCheckParams,
    JobKind.DATA_CHECK: DataCheckParams,
    JobKind.BACKUP: BackupParams,
    JobKind.IMPORT_MODEL: ImportModelParams,
    JobKind.PAPER: PaperParams,
    JobKind.TRIAL: TrialParams,
    JobKind.REPRODUCE: ReproduceParams,
    JobKind.TWIN: TwinParams,
}

# Names from the command line or from other tools.
_ALSO_CALLED = {
    "tag": "run",
    "lr": "learning_rate",
    "total_steps": "steps",
    "total_timesteps": "steps",
    "num_episodes": "episodes",
    "folder": "from",
}

Params = TypeVar("Params", bound=JobParams)


def asked_params(kind: JobKind, given: Mapping[str, Any] | JobParams) -> JobParams:
    """Requested parameters as the model of their kind.

    :raises InputError: an unknown name, a missing or an invalid value. It names the
        parameter, and the known names or the expected value.
    """
    model = PARAMS[kind]
    if isinstance(given, model):
        return given
    values = given.as_json() if isinstance(given, JobParams) else dict(given)
    known = names(model)
    for name in values:
        if name not in known:
            raise _unknown(kind, str(name), known)
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        raise _wrong(model, error) from error
    if isinstance(made, BackupParams) and made.source is not None and made.action == "make":
        raise InputError(
            Message("The parameter from names a backup to restore, but action is make."),
            Message("Give action=restore with it, or leave it out."),
        )
    return made


def program_params(model: type[Params], stored: Mapping[str, Any]) -> tuple[Params, list[str]]:
    """A job's parameters as its program reads them, and the names that this version ignores.

    :raises InputError: an invalid value of a known name.
    """
    known = names(model)
    try:
        made = model.model_validate({name: stored[name] for name in stored if name in known})
    except ValidationError as error:
        raise _wrong(model, error) from error
    return made, [name for name in stored if name not in known]


def stored_params(model: type[Params], stored: Mapping[str, Any]) -> Params:
    """Parameters of an earlier job; a value that this version can't read counts as not given.

    :param model: a model without required parameters.
    """
    known = {name: value for name, value in stored.items() if name in names(model)}
    try:
        return model.model_validate(known)
    except ValidationError as error:
        unreadable = {each["loc"][0] for each in error.errors() if each["loc"]}
        return model.model_validate({n: v for n, v in known.items() if n not in unreadable})


def names(model: type[JobParams]) -> tuple[str, ...]:
    """The parameters' names, as people write them."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def is_text(kind: JobKind, name: str) -> bool:
    """Whether a parameter's value is text, even where it looks like a number."""
    schema = schemas(PARAMS[kind]).get(name)
    return schema is not None and schema.get("type") == "string"


def path_fields(model: type[JobParams]) -> list[str]:
    """The parameters that are paths, by their names in the model."""
    schema = schemas(model)
    return [
        name
        for name, field in model.model_fields.items()
        if schema[field.alias or name].get("path")
    ]


def _unknown(kind: JobKind, name: str, known: Collection[str]) -> InputError:
    near = nearest(name, known, _ALSO_CALLED)
    what = (
        Message(
            "A {kind} job has no parameter {name}. Did you mean {near}?",
            kind=kind.value,
            name=shown(name),
            near=near,
        )
        if near
        else Message("A {kind} job has no parameter {name}.", kind=kind.value, name=shown(name))
    )
    if not known:
        return InputError(what, Message("It takes no parameters."))
    return InputError(what, Message("Its parameters are: {names}.", names=", ".join(known)))


def _wrong(model: type[JobParams], error: ValidationError) -> InputError:
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    if not first["loc"] and isinstance(cause, InputError):  # of several parameters together
        return cause
    name = str(first["loc"][0])
    if first["type"] == "missing":
        what = Message("The parameter {name} is missing.", name=name)
        return InputError(what, Message("Give {wanted}.", wanted=wanted(model, name)))
    if isinstance(cause, InputError):  # a rule that another place has too
        return InputError(
            Message("The parameter {name}: {problem}", name=name, problem=literal(cause.what)),
            literal(cause.remedy),
        )
    return InputError(
        Message("The parameter {name} is {value}.", name=name, value=shown(first["input"])),
        Message("Give {wanted}.", wanted=wanted(model, name)),
    )
