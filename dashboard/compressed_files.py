"""Streamlit's own files, compressed: it serves its scripts as they are, 4.7 MB for one chart library.

Each file is compressed once, when it is first asked for, and kept: the files don't change while
the process runs. Everything else passes through untouched, the WebSocket too.
"""

from __future__ import annotations

import asyncio
import gzip
import posixpath
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "/static/"  # below the base path
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
_LEVEL = 6
_SMALLEST = 1000  # bytes; below it the headers weigh more than what is saved
_MOST = 1000  # files; Streamlit has some 400


@dataclass(frozen=True)
class _File:
    headers: Headers
    body: bytes  # compressed


class CompressedFiles:
    """ASGI middleware that answers for the text files below ``/static/`` with gzip.

    :param base_path: as "/trainweek"; "": none.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app, self._folder = app, base_path + FOLDER
        self._files: dict[str, _File | None] = {}  # None: it is served as it is
        self._making: dict[str, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the compressed file, or pass on."""
        if scope["type"] != "http" or not _may_be_compressed(scope, self._folder):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self._files:
            async with self._making.setdefault(path, asyncio.Lock()):
                if path not in self._files:
                    self._keep(path, await self._made(scope, receive))
        found = self._files.get(path)
        if found is None:
            await self.app(scope, receive, send)
        else:
            await _answer(found, scope, send)

    def _keep(self, path: str, made: _File | HTTPStatus | None) -> None:
        """Names that aren't files are not kept: there is no end of them."""
        if not isinstance(made, HTTPStatus):
            self._files[path] = made
            while len(self._files) > _MOST:
                self._files.pop(next(iter(self._files)))
        self._making.pop(path, None)

    async def _made(self, scope: Scope, receive: Receive) -> _File | HTTPStatus | None:
        """The file as Streamlit serves it, compressed; None if that saves nothing."""
        whole = _without(scope, b"if-none-match", b"if-modified-since")
        start: dict[str, Any] = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self.app({**whole, "method": "GET"}, receive, keep)
        if start.get("status") != HTTPStatus.OK:
            return HTTPStatus(start.get("status", 500))
        headers = MutableHeaders(raw=list(start["headers"]))
        kind = headers.get("content-type", "")
        if "immutable" not in headers.get("cache-control", ""):
            return HTTPStatus.OK  # the page itself, which answers for every unknown name
        if not kind.startswith(_TEXT) or len(body) < _SMALLEST:
            return None
        packed = await asyncio.to_thread(gzip.compress, bytes(body), _LEVEL, mtime=0)
        if (tag := headers.get("etag")) is not None:
            headers["etag"] = f'{tag[:-1]}-gzip"'  # other bytes than the file's
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(packed))
        headers.add_vary_header("Accept-Encoding")
        del headers["accept-ranges"]
        return _File(Headers(raw=headers.raw), packed)


def _may_be_compressed(scope: Scope, folder: str) -> bool:
    headers = Headers(scope=scope)
    return (
        scope["method"] in ("GET", "HEAD")
        and scope["path"].startswith(folder)
        and posixpath.normpath(scope["path"]) == scope["path"]  # one name for each file
        and "range" not in headers
        and _takes_gzip(headers.get("accept-encoding", ""))
    )


def _takes_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        coding, _, weight = each.strip().partition(";")
        if coding.strip() == "gzip":
            return weight.strip().removeprefix("q=").strip("0.") != "" if weight else True
    return False


def _without(scope: Scope, *names: bytes) -> Scope:
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in names]}


async def _answer(file: _File, scope: Scope, send: Send) -> None:
    asked = Headers(scope=scope).get("if-none-match")
    tag = file.headers.get("etag")
    known = asked is not None and tag is not None and tag in [t.strip() for t in asked.split(",")]
    raw, body, status = file.headers.raw, file.body, HTTPStatus.OK
    if known:
        status, body = HTTPStatus.NOT_MODIFIED, b""
        raw = [pair for pair in raw if pair[0] not in (b"content-length", b"content-encoding")]
    if scope["method"] == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": int(status), "headers": raw})
    await send({"type": "http.response.body", "body": body})
