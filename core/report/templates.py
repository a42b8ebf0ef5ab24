"""The pages of reports: templates that share one style, and escape all that is put into them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.state_words import word_of

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(name: str) -> Template:
    """A template of this folder, by its file name."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = lambda sha: f"{sha[:12]}…" if sha else "–"
    environment.globals["word_of"] = word_of
    environment.filters["day"] = lambda moment: str(moment)[:10]
    return environment.get_template(name)
