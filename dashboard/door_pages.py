"""The few plain pages outside the app: sign in, why not, and whom to ask. In the browser's language."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from core.errors import TrainweekError
from core.language import Language, Message, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import HTTPConnection

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} · trainweek</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --ink: #1b2733; --paper: #fff; --line: #dce2e9; --blue: #255e91; --on: #fff }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #dde5ed; --paper: #10161d; --line: #2a3643; --blue: #8fc0ee; --on: #10161d }} }}
body {{ margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }}
main {{ max-width: 34rem; margin: 14vh auto 0; padding: 0 1.5rem }}
small {{ opacity: .75 }} h1 {{ font-size: 1.5rem; line-height: 1.25; margin: .25rem 0 .75rem }}
p {{ white-space: pre-line; overflow-wrap: anywhere }}
a.button {{ display: inline-block; margin: .5rem .75rem 0 0; padding: .5rem 1rem; border-radius: .4rem;
  border: 1px solid var(--blue); color: var(--blue); text-decoration: none }}
a.button.first {{ background: var(--blue); color: var(--on) }}
</style></head><body><main><small>trainweek</small><h1>{title}</h1><p>{text}</p>{ways}</main></body></html>"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page(
    connection: HTTPConnection,
    title: Message,
    text: Message | TrainweekError,
    ways: Sequence[tuple[str, Message]] = (),
    status: int = 200,
) -> HTMLResponse:
    """A plain page with a title, one paragraph and buttons (address, label)."""
    language = language_of(connection)
    if isinstance(text, TrainweekError):
        text = joined([text.what, text.remedy])
    buttons = "".join(
        f'<a class="button{" first" if number == 0 else ""}" href="{escape(href)}">'
        f"{escape(label.in_(language))}</a>"
        for number, (href, label) in enumerate(ways)
    )
    html = _PAGE.format(
        language={"en": "en", "pt": "pt-BR"}[language],
        title=escape(title.in_(language)),
        text=escape(text.in_(language)),
        ways=buttons,
    )
    return HTMLResponse(html, status, headers=_HEADERS)


def language_of(connection: HTTPConnection) -> Language:
    """The browser's language, where we speak it; else English."""
    return "pt" if connection.headers.get("accept-language", "").lower().startswith("pt") else "en"
