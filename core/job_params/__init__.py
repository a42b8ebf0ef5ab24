"""Parameters of jobs: one model per kind.

:func:`asked_params` reads strictly, for every entry point (client, command line, pages,
schedule): an unknown name or a value out of range is an error, and nothing is written.
Stored parameters may come from another version: :func:`program_params` and
:func:`stored_params` leave out names that this version does not know.
"""

from core.job_params.beside import ReproduceParams, TrialParams, TwinParams
from core.job_params.models import (
    BackupParams,
    DailyCheckParams,
    DataCheckParams,
    ImportModelParams,
    JobParams,
    PaperParams,
    PreflightParams,
    RestartRecord,
    RevalidateParams,
    StoredTrainParams,
    TrainParams,
    require_range,
)
from core.job_params.validation import (
    PARAMS,
    Params,
    asked_params,
    is_text,
    path_fields,
    program_params,
    stored_params,
)

__all__ = [
    "PARAMS",
    "BackupParams",
    "DailyCheckParams",
    "DataCheckParams",
    "ImportModelParams",
    "JobParams",
    "PaperParams",
    "Params",
    "PreflightParams",
    "ReproduceParams",
    "RestartRecord",
    "RevalidateParams",
    "StoredTrainParams",
    "TrainParams",
    "TrialParams",
    "TwinParams",
    "asked_params",
    "is_text",
    "path_fields",
    "program_params",
    "require_range",
    "stored_params",
]
