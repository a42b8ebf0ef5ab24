"""What browsers are told to refuse on every answer: foreign code, foreign frames, referrers.

The policy is as strict as Streamlit's page permits: its styles are inline, and the one inline
script of its ``index.html`` is allowed by its hash, read from the installed file.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer over HTTP.

    :param secure: whether browsers reach the pages through TLS: they then keep to it for a year.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self._headers = {
            "Content-Security-Policy": policy(),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; add the headers to what is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self.app(scope, receive, answer)


@cache
def policy() -> str:
    """The content security policy."""
    # Streamlit compiles WebAssembly and loads modules of its own from blobs; JavaScript's eval
    # stays refused.
    own = ("'self'", "'wasm-unsafe-eval'", "blob:")
    scripts = " ".join([*own, *(f"'sha256-{each}'" for each in _inline_scripts())])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _inline_scripts() -> list[str]:
    """SHA-256 of each inline script of Streamlit's page, as base64."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        return []
    page = (Path(spec.origin).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(text.encode()).digest() for text in _INLINE.findall(page)]
    return [base64.b64encode(digest).decode() for digest in digests]
