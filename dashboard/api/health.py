"""Two open addresses that tell nothing beyond yes or no: the process lives; the week can be run."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from core.errors import TrainweekError

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from dashboard.api.weeks_read import WeeksRead

KEPT_FOR = timedelta(seconds=2)  # nobody who asks often makes work
log = logging.getLogger("trainweek.health")
_NO_STORE = {"Cache-Control": "no-store"}


async def lives(_request: Request) -> Response:
    """``ok``: this process answers."""
    return PlainTextResponse("ok\n", headers=_NO_STORE)


class Readiness:
    """Whether the week can be run, asked again only after a while; why not is in the log."""

    def __init__(self, weeks: WeeksRead) -> None:
        self._weeks = weeks
        self._lock = Lock()
        self._known: tuple[datetime, bool] | None = None
        self._said: list[str] = []

    def answer(self, _request: Request) -> Response:
        """``ok``, or 503 ``not ready``."""
        if self._ready():
            return PlainTextResponse("ok\n", headers=_NO_STORE)
        return PlainTextResponse("not ready\n", 503, headers=_NO_STORE)

    def _ready(self) -> bool:
        with self._lock:
            now = self._weeks.now()
            if self._known is None or not timedelta(0) <= now - self._known[0] < KEPT_FOR:
                self._known = now, self._asked()
            return self._known[1]

    def _asked(self) -> bool:
        try:
            why = [str(each) for each in self._weeks.client.unready()]
        except TrainweekError as error:
            why = [str(error)]
        if why != self._said:
            self._said = why
            log.warning("readyz: %s", " ".join(why) or "ok")
        return not why
