"""A fetched model takes the place of the one in use only for the lead, and under no job that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind
from runner.client.model_pulls import model_stays
from tests.expected import present
from tests.runner.place import ENGINEER

if TYPE_CHECKING:
    from tests.runner.place import Place


def test_only_the_lead_replaces_the_model_in_use(place: Place) -> None:
    assert "may not revalidate" in present(model_stays(place.client(ENGINEER), None))
    assert model_stays(place.lead, None) is None


@pytest.mark.parametrize(
    ("kind", "params"),
    [(JobKind.TRAIN, {}), (JobKind.REVALIDATE, {"override_reason": "by hand"})],
)
def test_the_model_stays_while_a_job_needs_it(
    place: Place, kind: JobKind, params: dict[str, object]
) -> None:
    job = place.submit(kind, **params)
    assert job.id in present(model_stays(place.lead, None))
