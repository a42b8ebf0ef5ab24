"""The addresses for programs, on the pages' own port: health, metrics, and JSON under /api/v1.

FastAPI makes the OpenAPI document from the models that the answers are made of.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from dashboard.api import acts, alerts, health, problems, reads, run_reads
from dashboard.api.addresses import API, HEALTH, METRICS, READY
from dashboard.api.callers import Callers
from dashboard.api.drill_header import DrillHeader
from dashboard.api.etags import ETags
from dashboard.api.measures import measured
from dashboard.api.problems import Problem, Wrong
from dashboard.api.weeks_read import WeeksRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from runner.client.entry import Entry

_ABOUT = """\
A training week as JSON: what its pages show, from the same snapshot, and what a token may do.

Send `Authorization: Bearer TOKEN`; a browser's live session may read. Sentences are in the language
of `Accept-Language` (en, pt). Lists are pages: give `next` as `after`. Answers have an `ETag`. Errors
are problems (RFC 9457), with a `remedy`.
"""
_TAGS = ("weeks", "checks", "runs", "diagnosis", "incidents", "alerts", "jobs", "decisions", "acts")


def programs(entry: Entry, cookie: str, hosts: tuple[str, ...], port: int) -> ASGIApp:
    """The app of these addresses behind its door.

    :param cookie: name of the cookie of a session.
    :param hosts: the pages' own names.
    """
    app = ETags(application(WeeksRead(entry.home, entry.now)), under=API)
    return DrillHeader(Callers(app, entry, cookie, hosts, port), entry.home)


def application(weeks: WeeksRead) -> FastAPI:
    """The app itself: whoever reaches it was let in."""
    app = FastAPI(
        title="trainweek",
        version="1",
        description=_ABOUT,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=[{"name": name} for name in _TAGS],
    )
    app.state.weeks = weeks
    problems.install(app)
    for router in (reads.router, run_reads.router, alerts.router, acts.router):
        app.include_router(router, prefix=API)

    async def metrics(request: Request) -> Response:
        return await run_in_threadpool(measured, weeks, request)

    app.router.routes += [
        Route(HEALTH, health.lives),
        Route(READY, health.Readiness(weeks).answer),
        Route(METRICS, metrics),
    ]
    describe = app.openapi
    app.openapi = partial(_with_entrance, describe)  # type: ignore[method-assign]
    return app


def _with_entrance(describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The document, with what FastAPI can't know: the door in front, and how errors look."""
    document = describe()
    parts = document["components"]
    parts["schemas"] |= {
        "Problem": Problem.model_json_schema(ref_template="#/components/schemas/{model}"),
        "Wrong": Wrong.model_json_schema(),
    }
    parts["schemas"]["Problem"].pop("$defs", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document
