"""``trainweek settings``: every setting with its value, its source and its explanation."""

from __future__ import annotations

from typing import Any

from core.language import Message, joined
from core.paths import Home
from runner.cli.options import HomeOption, JsonOption, existing_home, print_json
from runner.cli.speech import tell
from runner.settings import Settings, Terminal, misspelt_variables, variable

SOURCES = {
    "default": Message("default"),
    "environment": Message("environment"),
    "file": Message("file"),
}


def settings(json: JsonOption = False, home: HomeOption = None) -> None:
    """List the settings with value, default, source (default, environment, file) and explanation.

    A setting is an environment variable (TRAINWEEK_STOP_GRACE_S=60) or a line in settings.yaml
    of the data directory (stop_grace_s: 60). The variable wins.
    """
    place = existing_home(home)
    rows = [*_rows(Settings, place), *_rows(Terminal, None)]
    misspelt = misspelt_variables()
    if json:
        print_json({"file": str(place.settings_file), "settings": rows, "misspelt": misspelt})
        return
    tell(Message("Settings of {folder}", folder=str(place.root)))
    for row in rows:
        parts = [f"{row['name']:<22} {_in_words(row, 'value')}"]
        if row["source"] != "default":
            parts.append(Message("(default {value})", value=_in_words(row, "default")))
        parts.append(joined([" [", SOURCES[row["source"]], "]"], ""))
        tell(joined(parts))
        print(f"{'':<22} {row['explanation']}")
    for name, meant in misspelt.items():
        tell(Message("{name} sets nothing. Did you mean {meant}?", name=name, meant=meant))


def _rows(model: type[Settings] | type[Terminal], home: Home | None) -> list[dict[str, Any]]:
    read, sources = model.read(home), model.sources(home)
    plain = read.model_dump(mode="json")
    defaults = model.model_construct().model_dump(mode="json")
    return [
        {
            "name": name,
            "variable": variable(name),
            "value": plain[name],
            "default": defaults[name],
            "unit": unit_of(model, name),
            "source": sources[name],
            "explanation": field.description,
        }
        for name, field in model.model_fields.items()
    ]


def unit_of(model: type[Settings] | type[Terminal], name: str) -> str:
    """The unit of a numeric setting; empty for other settings."""
    extra = model.model_fields[name].json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) else ""


def _in_words(row: dict[str, Any], which: str) -> str:
    value = row[which]
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "none"
        case list():
            return " ".join(value)
    number = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{number} {row['unit']}".strip()
