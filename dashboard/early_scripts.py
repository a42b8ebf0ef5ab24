"""Scripts that a page will need, named in its HTML, so that the browser fetches them at once.

Streamlit's page asks for the script of an element when the first of its kind arrives: after the page
has started, connected and been run. Named in its head it comes meanwhile, with low priority, so that
what starts the page goes before it. (A ``Link`` header of this length is too long for nginx.)
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit's scripts by what they draw: the frame with its sidebar, and what most pages begin with.
FRAME = ("Checkbox", "ButtonGroup", "Selectbox", "TextInput", "BidiComponent", "PageLink", "Html")
CURVES = ("Metric", "EChartsChart")
_LISTED = re.compile(r"m\.f\|\|\(m\.f=\[([^\]]*)\]")
_LOADED = re.compile(r"import\(`\./([^`]+\.js)`\),__vite__mapDeps\(\[([\d,]*)\]\)")
_IN_PAGE = re.compile(r'(?:href|src)="\./static/js/([^"]+\.js)"')

log = logging.getLogger("trainweek.pages")


class EarlyScripts:
    """ASGI middleware that adds the names to the HTML of a page.

    :param pages: paths of the pages, below the base path.
    :param with_curves: those of them that begin with curves.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: Iterable[str],
        with_curves: Collection[str],
        base_path: str = "",
    ) -> None:
        self.app = app
        frame, curves = _links(scripts(FRAME)), _links(scripts((*FRAME, *CURVES)))
        self._links = {
            f"{base_path}/{page}": curves if page in with_curves else frame for page in pages
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; add the names to a page."""
        links = self._links.get(scope["path"]) if scope["type"] == "http" else None
        if not links or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body" and start:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    whole = _with(links, start, bytes(body))
                    await send(start)
                    await send({"type": "http.response.body", "body": whole})
            else:
                await send(message)

        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, answer)


def _with(links: bytes, start: Message, body: bytes) -> bytes:
    """The body with the names in its head, and its headers made to agree."""
    headers = MutableHeaders(scope=start)
    if (
        start["status"] != HTTPStatus.OK
        or not headers.get("content-type", "").startswith("text/html")
        or "content-encoding" in headers
    ):
        return body
    body = body.replace(b"</head>", links + b"</head>", 1)
    headers["content-length"] = str(len(body))
    for validator in ("etag", "last-modified"):  # of the file without the names
        del headers[validator]
    return body


def scripts(elements: Iterable[str]) -> list[str]:
    """File names of the scripts of some elements, with all that each imports and the page lacks.

    Read from Streamlit's installed files. Empty, with a line in the log, if they are built
    otherwise: the pages are then as quick as Streamlit's own.
    """
    found = find_spec("streamlit")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "static"
    page = (folder / "index.html").read_text(encoding="utf-8")
    present = _IN_PAGE.findall(page)
    index = next((name for name in present if name.startswith("index.")), None)
    code = "" if index is None else (folder / "static" / "js" / index).read_text(encoding="utf-8")
    listed = _LISTED.search(code)
    names = [] if listed is None else re.findall(r'"([^"]+)"', listed[1])
    imports = {name.partition(".")[0]: (name, numbers) for name, numbers in _LOADED.findall(code)}
    needed: dict[str, None] = {}
    for element in elements:
        if element not in imports:
            log.warning(
                "Streamlit's script of %s was not found; it is fetched when it is drawn", element
            )
            continue
        name, numbers = imports[element]
        needed[name] = None
        for number in numbers.split(","):
            if number and int(number) < len(names) and names[int(number)].endswith(".js"):
                needed[names[int(number)].removeprefix("./")] = None
    return [name for name in needed if name not in present]


def _links(names: Iterable[str]) -> bytes:
    return "".join(
        f'<link rel="modulepreload" crossorigin fetchpriority="low" href="./static/js/{name}">'
        for name in names
    ).encode()
