"""Browser tabs without a browser: real WebSocket sessions that load a page and follow its timers."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from websockets.asyncio.client import ClientConnection

PATIENCE_S = 60.0
ARRIVAL_S = 0.2  # between two people who open the page
_ENDED = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


@dataclass
class Seen:
    """What the sessions of one measurement saw.

    :ivar loads: seconds from asking for the page until its run had ended.
    :ivar ticks: the same of a live part.
    """

    loads: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)
    tick_bytes: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Session:
    """One tab."""

    def __init__(self, socket: ClientConnection, url: str, page: str, seen: Seen) -> None:
        self._socket, self._url, self._page, self._seen = socket, url, page, seen
        self._every: dict[str, float] = {}  # fragment to seconds between two ticks
        self._kept: dict[str, None] = {}  # hashes of what a browser keeps, and is not sent again

    async def load(self) -> None:
        """Open the page."""
        seconds, _ = await self._run("")
        self._seen.loads.append(seconds)

    @property
    def parts(self) -> list[str]:
        """The parts of the page that tick."""
        return list(self._every)

    async def tick(self, part: str) -> None:
        """Draw one part again, as its timer does."""
        seconds, received = await self._run(part)
        self._seen.ticks.append(seconds)
        self._seen.tick_bytes.append(received)

    async def follow(self, until: float) -> None:
        """Tick as the page asks for it, from a random phase on.

        :param until: by ``time.monotonic()``.
        """
        due = {part: time.monotonic() + random.random() * s for part, s in self._every.items()}
        while due:
            part = min(due, key=lambda each: due[each])
            if due[part] > until:
                return
            await asyncio.sleep(max(due[part] - time.monotonic(), 0))
            await self.tick(part)
            now = time.monotonic()
            # The page may have been drawn again, with other parts.
            due = {each: due.get(each, now + s) for each, s in self._every.items()}
            if part in due:
                due[part] = now + self._every[part]

    async def _run(self, part: str) -> tuple[float, int]:
        asked = BackMsg()
        rerun = asked.rerun_script
        rerun.page_name = self._page
        rerun.context_info.url = f"{self._url}/{self._page}"
        rerun.cached_message_hashes.extend(self._kept)
        rerun.context_info.timezone, rerun.context_info.locale = "UTC", "en-US"
        if part:
            rerun.fragment_id, rerun.is_auto_rerun = part, True
        began, received = time.monotonic(), 0
        await self._socket.send(asked.SerializeToString())
        while True:
            data = await asyncio.wait_for(self._socket.recv(), PATIENCE_S)
            assert isinstance(data, bytes)
            received += len(data)
            message = ForwardMsg()
            message.ParseFromString(data)
            if self._ends(message):
                return time.monotonic() - began, received

    def _ends(self, message: ForwardMsg) -> bool:
        what = message.WhichOneof("type")
        if message.metadata.cacheable:
            self._kept[message.hash] = None
        if what == "new_session" and not message.metadata.run.fragment_ids:
            self._every.clear()
        elif what == "auto_rerun":
            self._every[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif what == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            self._seen.errors.append(message.delta.new_element.exception.message)
        return what == "script_finished" and message.script_finished in _ENDED


def _connected(url: str, cookies: Mapping[str, str]) -> connect:
    return connect(
        f"ws{url.removeprefix('http')}/_stcore/stream",
        origin=Origin(url),
        additional_headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())},
        subprotocols=[Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")],
        max_size=None,
        proxy=None,
    )


@asynccontextmanager
async def one_session(
    url: str, cookies: Mapping[str, str], page: str, seen: Seen
) -> AsyncIterator[Session]:
    """A tab of a page, for the time of the block."""
    async with _connected(url, cookies) as socket:
        yield Session(socket, url, page, seen)


async def _one(
    url: str, cookies: Mapping[str, str], page: str, seen: Seen, wait: float, until: float
) -> None:
    await asyncio.sleep(wait)
    try:
        async with one_session(url, cookies, page, seen) as session:
            await session.load()
            await session.follow(until)
    except (OSError, TimeoutError, WebSocketException) as error:
        seen.errors.append(f"{type(error).__name__}: {error}")


def drive(url: str, cookies: Mapping[str, str], page: str, count: int, seconds: float) -> Seen:
    """So many people open the page, one after another, and leave it open for so long."""
    seen = Seen()

    async def all_of_them() -> None:
        until = time.monotonic() + count * ARRIVAL_S + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(_one(url, cookies, page, seen, number * ARRIVAL_S, until))

    asyncio.run(all_of_them())
    return seen


def close_abruptly(url: str, cookies: Mapping[str, str], page: str, count: int) -> None:
    """So many tabs open the page, and their machines go away without a word."""

    async def all_of_them() -> None:
        sockets = []
        for _ in range(count):
            socket = await _connected(url, cookies)
            await Session(socket, url, page, Seen()).load()
            sockets.append(socket)
        for socket in sockets:
            socket.transport.abort()
        await asyncio.sleep(0.5)

    asyncio.run(all_of_them())
