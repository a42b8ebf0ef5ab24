"""Every answer of a drill's data directory says in a header that nothing of it is real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from core.drill_paths import is_drill

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from core.paths import Home

HEADER, VALUE = "X-Trainweek-Drill", "DRILL"


class DrillHeader:
    """ASGI middleware for the addresses of programs."""

    def __init__(self, app: ASGIApp, home: Home) -> None:
        self.app, self.home = app, home

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the header if it is a drill."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and is_drill(self.home):
                MutableHeaders(scope=message)[HEADER] = VALUE
            await send(message)

        await self.app(scope, receive, answer)
