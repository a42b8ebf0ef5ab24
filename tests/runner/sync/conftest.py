"""One S3 server for the tests of shipping, and data directories that ship to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runner.sync.servers import S3, served

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    yield from served()


@pytest.fixture(autouse=True)
def _well_behaved(s3: S3) -> Iterator[None]:
    yield
    s3.ignores_conditions = False
    s3.before = lambda method, path: None
