"""Requests that schemathesis makes from our own OpenAPI document: valid ones, and broken ones.

The same ones each time (derandomized), few enough for a test run. Each answer is compared with the
document: status, content type, body, and that nothing is a fault of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from core.paths import Home
from core.token_scopes import Scope
from dashboard.api.app import application
from dashboard.api.weeks_read import WeeksRead
from tests.dashboard.api.conftest import Served
from tests.dashboard.place import LAUNCH, Place

if TYPE_CHECKING:
    from schemathesis import BaseSchema, Case

EXAMPLES = 5  # of each kind, for each operation
# A valid request may be refused by a rule of the week: a tick of a check that does not exist.
NOT_ASKED: list[Any] = [positive_data_acceptance]
# Broken ones are refused with these; 413 is no default of schemathesis.
REFUSED = {
    "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 413, 422]}
}
CONFIG = schemathesis.Config.from_dict({"checks": REFUSED})
DOCUMENT = application(WeeksRead(Home(Path("unused")), lambda: LAUNCH)).openapi()
OPERATIONS = [
    (path, method) for path, operations in DOCUMENT["paths"].items() for method in operations
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Served:
    place = Place(tmp_path_factory.mktemp("schemathesis") / "home")
    place.train()
    return Served(place)


@pytest.fixture(scope="module")
def headers(running: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {running.token('lea', *Scope)}"}


@pytest.fixture(scope="module")
def schema(running: Served, headers: dict[str, str]) -> BaseSchema:
    """As a program loads it."""
    named = {**headers, "Host": "localhost:8501"}
    return schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", running.gate, config=CONFIG, headers=named
    )


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_the_document_says(
    schema: BaseSchema, headers: dict[str, str], path: str, method: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=NOT_ASKED, timeout=120)

    ask()


def test_the_document_names_its_version_and_all_operations() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    names: list[Any] = [
        operation["operationId"]
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names)) >= 17
    assert DOCUMENT["security"] == [{"token": []}]
