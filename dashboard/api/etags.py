"""Answers that have not changed are not sent again: a program asks with ``If-None-Match``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from dashboard.api.addresses import below_base

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ETags:
    """ASGI middleware that names the content of each complete answer to a GET.

    :param under: of addresses that begin so.
    """

    def __init__(self, app: ASGIApp, under: str) -> None:
        self.app, self.under = app, under

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer 304 where the caller has the same content."""
        if scope["method"] != "GET" or not below_base(scope).startswith(self.under):
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        start: Message = {}
        body = b""

        async def answer(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await _finished(start, body, known, send)

        await self.app(scope, receive, answer)


async def _finished(start: Message, body: bytes, known: str, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    if start["status"] == 200:
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers["ETag"] = tag
        headers.setdefault("Cache-Control", "private, no-cache")
        headers.add_vary_header("Authorization, Cookie, Accept-Language")
        if tag in {each.strip().removeprefix("W/") for each in known.split(",")}:
            start, body = {**start, "status": 304}, b""
            for name in ("content-length", "content-type"):
                del headers[name]
    await send(start)
    await send({"type": "http.response.body", "body": body})
