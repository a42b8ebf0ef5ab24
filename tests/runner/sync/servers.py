"""A real S3 server on loopback (moto's), and stores of its buckets."""

from __future__ import annotations

import logging
import threading
import urllib.request
from itertools import count
from typing import TYPE_CHECKING, Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

KEY, SECRET = "AKIATESTKEY", "a-secret-that-is-in-no-log"
_REFUSED = (
    b'<?xml version="1.0"?><Error><Code>%s</Code><Message>No.</Message>'
    b"<AWSAccessKeyId>x</AWSAccessKeyId></Error>"
)


class S3:
    """One server; it can be told to misbehave.

    :ivar ignores_conditions: as some stores do, it takes If-None-Match and overwrites.
    :ivar before: called before each request with method and path.
    """

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._numbers = count(1)
        self.ignores_conditions = False
        self.before: Callable[[str, str], None] = lambda method, path: None
        self.asked: list[tuple[str, str, str]] = []  # method, path, range
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.port}"

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.asked.append((method, path, environ.get("HTTP_RANGE", "")))
        signed = environ.get("HTTP_AUTHORIZATION", "")
        if signed and f"Credential={KEY}/" not in signed:  # moto itself asks for no key
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [_REFUSED % b"InvalidAccessKeyId"]
        self.before(method, path)
        if self.ignores_conditions:
            environ.pop("HTTP_IF_NONE_MATCH", None)
        answer: Iterable[bytes] = self._app(environ, start)
        return answer

    def bucket(self) -> str:
        """The address of a new bucket."""
        name = f"bucket-{next(self._numbers)}"
        urllib.request.urlopen(
            urllib.request.Request(f"{self.endpoint}/{name}", method="PUT"), timeout=30
        ).close()
        return f"s3://{name}/team"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def served() -> Iterator[S3]:
    server = S3()
    yield server
    server.close()
