"""Errors as programs get them: RFC 9457 problem details, with our sentence and its remedy."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from core.errors import InputError, PermissionDenied, TrainweekError
from core.language import Message, said
from dashboard.door_pages import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import HTTPConnection, Request

PROBLEM_JSON = "application/problem+json"
log = logging.getLogger("trainweek.api")

NO_IDENTITY, DENIED = "no-identity", "denied"
_TITLES = {
    NO_IDENTITY: Message("Nobody is let in without a name"),
    DENIED: Message("Not allowed"),
    "refused": Message("Refused"),
    "invalid": Message("The request is not valid"),
    "not-found": Message("Not found"),
    "method": Message("This can't be done here"),
    "conflict": Message("Someone else was first"),
    "too-large": Message("The request is too large"),
    "unavailable": Message("The data can't be read or written now"),
    "fault": Message("A fault of trainweek"),
}
_KINDS = {404: "not-found", 405: "method", 413: "too-large"}


class Wrong(BaseModel):
    """One wrong value of a request."""

    where: str = Field(description="Its place: query.limit, body.slot.")
    what: str


class Problem(BaseModel):
    """Why a request failed, and what to do about it (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="urn:trainweek:problem:… : the kind of problem.")
    title: str = Field(description="The kind of problem, for people.")
    status: int
    detail: str = Field(description="What is wrong, in one sentence.")
    remedy: str = Field(description="What to do about it; may be empty.")
    errors: list[Wrong] = Field(default=[], description="Each wrong value of an invalid request.")


class ApiProblem(Exception):
    """Ends a request with a problem.

    :param kind: a key of the titles.
    :raises KeyError: there is no such kind.
    """

    def __init__(self, status: int, kind: str, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.status, self.kind, self.what, self.remedy = status, kind, what, remedy
        self.title = _TITLES[kind]


def not_found(what: Message, remedy: Message | str = "") -> ApiProblem:
    """The problem of an address that leads nowhere."""
    return ApiProblem(404, "not-found", what, remedy)


def of_error(error: TrainweekError) -> ApiProblem:
    """The problem that one of our errors is."""
    status, kind = 503, "unavailable"
    if isinstance(error, PermissionDenied):
        status, kind = 403, DENIED
    elif isinstance(error, InputError):
        status, kind = 422, "invalid"
    return ApiProblem(status, kind, error.what, error.remedy)


def answer(
    connection: HTTPConnection, problem: ApiProblem, errors: list[Wrong] | None = None
) -> JSONResponse:
    """The problem as an answer, in the language that the program asked for."""
    language = language_of(connection)
    body = Problem(
        type=f"urn:trainweek:problem:{problem.kind}",
        title=problem.title.in_(language),
        status=problem.status,
        detail=said(problem.what, language),
        remedy=said(problem.remedy, language),
        errors=errors or [],
    )
    headers = {"Cache-Control": "no-store"}
    if problem.kind == NO_IDENTITY:
        headers["WWW-Authenticate"] = 'Bearer realm="trainweek"'
    return JSONResponse(body.model_dump(), problem.status, headers=headers, media_type=PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""

    @app.exception_handler(ApiProblem)
    def _problem(request: Request, error: ApiProblem) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(TrainweekError)
    def _ours(request: Request, error: TrainweekError) -> JSONResponse:
        return answer(request, of_error(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        what = Message("The request has values that are missing or wrong.")
        remedy = Message("See errors; the OpenAPI document says what is wanted.")
        errors = [
            Wrong(where=".".join(map(str, each["loc"])), what=_plain(each["msg"]))
            for each in error.errors()
        ]
        return answer(request, ApiProblem(422, "invalid", what, remedy), errors)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        made = answer(request, _of_http(error))
        made.headers.update(error.headers or {})
        return made

    @app.exception_handler(Exception)
    def _fault(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        what = Message("The request failed by a fault of trainweek.")
        remedy = Message("See logs/state/dashboard.log, and report it.")
        return answer(request, ApiProblem(500, "fault", what, remedy))


def _of_http(error: HTTPException) -> ApiProblem:
    kind = _KINDS.get(error.status_code, "invalid")
    if kind == "not-found":
        what = Message("There is nothing at this address.")
        return not_found(what, Message("The addresses are listed at /api/v1/openapi.json."))
    if kind == "method":
        return ApiProblem(405, kind, Message("This address has no such method."))
    if error.status_code == 400:
        return ApiProblem(400, kind, Message("The body can't be read as JSON in UTF-8."))
    return ApiProblem(error.status_code, kind, str(error.detail))


def _plain(text: str) -> str:
    """A sentence that JSON can hold: a value in it may be half a character."""
    return text.encode("utf-8", "replace").decode()


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of an operation, for the OpenAPI document."""
    every: Mapping[str, Any] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": every} for status in statuses
    }
