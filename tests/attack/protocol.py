"""A raw client of the pages: Streamlit's messages over a WebSocket, without a browser.

It sends whatever it is told to, also events of widgets that are disabled or that its page never
drew.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from google.protobuf.message import Message as Protobuf
    from websockets.sync.client import ClientConnection

PATIENCE_S = 120.0
_TEXTS = ("text_input", "text_area")


@dataclass(frozen=True)
class Widget:
    """A control that a page was sent."""

    id: str
    kind: str  # of Streamlit's element: ``button``, ``text_area``
    label: str
    disabled: bool
    options: tuple[str, ...] = ()
    value: str = ""  # of a text

    @property
    def key(self) -> str:
        """The key that the page gave it; "" without one."""
        last = self.id.split("-", 2)[-1]
        return "" if last == "None" else last

    @property
    def is_button(self) -> bool:
        """Whether it is pressed, and holds nothing."""
        return self.kind == "button"

    @property
    def is_empty_text(self) -> bool:
        """Whether a person would write into it."""
        return self.kind in _TEXTS and not self.value


def press(id_: str) -> WidgetState:
    """A click on a button."""
    return WidgetState(id=id_, trigger_value=True)


def write(id_: str, text: str) -> WidgetState:
    """A text in a field."""
    return WidgetState(id=id_, string_value=text)


def choose(id_: str, caption: str) -> WidgetState:
    """An option of a segmented control."""
    made = WidgetState(id=id_)
    made.string_array_value.data.append(caption)
    return made


class Refused(Exception):
    """The server let no WebSocket in."""


class Tab:
    """One WebSocket to the app: a browser tab without the browser."""

    def __init__(self, socket_: ClientConnection, url: str) -> None:
        self._socket, self._url = socket_, url
        self.session_id = ""  # Streamlit's
        self.texts: list[str] = []
        self.icons: list[str] = []  # of the tab
        self.widgets: dict[str, Widget] = {}

    def run(
        self, page: str = "", states: Iterable[WidgetState] = (), query: str = ""
    ) -> dict[str, Widget]:
        """Ask for one run of the app; what it drew, when the run has ended."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = query
        asked.rerun_script.context_info.url = f"{self._url}/{page}"
        asked.rerun_script.context_info.timezone = "UTC"
        asked.rerun_script.context_info.locale = "en-US"
        asked.rerun_script.widget_states.widgets.extend(states)
        self._socket.send(asked.SerializeToString())
        self.widgets, self.texts = {}, []
        while True:
            message = ForwardMsg()
            received = self._socket.recv(timeout=PATIENCE_S)
            assert isinstance(received, bytes)
            message.ParseFromString(received)
            what = message.WhichOneof("type")
            if what == "new_session":
                self.session_id = message.new_session.initialize.session_id
            elif what == "page_config_changed" and message.page_config_changed.favicon:
                self.icons.append(message.page_config_changed.favicon)
            elif what == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._keep(message.delta.new_element)
            elif what == "script_finished" and message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
            ):
                return self.widgets

    def _keep(self, element: Protobuf) -> None:
        kind = element.WhichOneof("type")
        drawn = getattr(element, kind or "", None)
        for name in ("body", "label", "title"):
            if isinstance(text := getattr(drawn, name, None), str) and text:
                self.texts.append(text)
        if isinstance(id_ := getattr(drawn, "id", None), str) and id_:
            options = getattr(drawn, "options", ())
            value = getattr(drawn, "default", "")
            self.widgets[id_] = Widget(
                id_,
                kind or "",
                str(getattr(drawn, "label", "")),
                bool(getattr(drawn, "disabled", False)),
                tuple(str(getattr(each, "content", each)) for each in options),
                value if isinstance(value, str) else "",
            )


@contextmanager
def tab(
    url: str,
    cookies: Mapping[str, str] | None = None,
    *,
    origin: str | None = "own",
    host: str | None = None,
    resume: str | None = None,
) -> Iterator[Tab]:
    """Open a WebSocket to the pages at this address.

    :param origin: the header ``Origin``; ``own``: that of the page; None: none.
    :param host: the header ``Host``, where it is not the address's.
    :param resume: a Streamlit session to take up again.
    :raises Refused: the server let it not in.
    """
    at = urlsplit(url)
    assert at.hostname is not None
    headers = {}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    protocols = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", *([resume] if resume else [])]
    try:
        with connect(
            f"ws://{host or at.netloc}/_stcore/stream",
            sock=socket.create_connection((at.hostname, at.port), timeout=PATIENCE_S),
            origin=None if origin is None else Origin(url if origin == "own" else origin),
            additional_headers=headers,
            subprotocols=[Subprotocol(each) for each in protocols],
            max_size=None,
            proxy=None,
        ) as opened:
            yield Tab(opened, url)
    except InvalidStatus as error:
        raise Refused(f"HTTP {error.response.status_code}") from error
