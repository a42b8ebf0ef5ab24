"""Real receivers on loopback: a web address (webhook, ntfy) and a mail server."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class WebReceiver:
    """What came in, in its order. ``status`` is what it answers from now on."""

    port: int = 0
    status: int = 200
    hangs: threading.Event | None = None
    got: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)  # method and path of each request

    @property
    def bodies(self) -> list[str]:
        """The texts of the messages."""
        return [one["message"] for one in self.got]

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.got]

    def address(self, scheme: str = "json", path: str = "") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{path}"


@contextmanager
def web_receiver(port: int = 0) -> Iterator[WebReceiver]:
    receiver = WebReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            receiver.calls.append(f"POST {self.path} {text.decode()[:200]}")
            if receiver.hangs is not None:
                receiver.hangs.wait(60)
            if receiver.status == 200 and self.headers.get_content_type() == "application/json":
                receiver.got.append(json.loads(text))
            self._answer()

        def do_GET(self) -> None:
            receiver.calls.append(f"GET {self.path}")
            self._answer()

        def _answer(self) -> None:
            self.send_response(receiver.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.hangs is not None:
            receiver.hangs.set()
        server.shutdown()
        server.server_close()
        thread.join()


class MailReceiver:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_receiver(port: int) -> Iterator[MailReceiver]:
    receiver = MailReceiver()
    controller = Controller(receiver, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()
