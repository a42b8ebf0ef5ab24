"""Loading a playbook from YAML text, or listing its problems."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from core.errors import PlaybookError
from core.language import Message, joined, literal
from core.playbook.expected_values import expected, meant, of_known_items
from core.playbook.extension import extended
from core.playbook.references import complaints
from core.playbook.schema import Playbook
from core.playbook.text_fields import with_field_values
from core.playbook.yaml_tree import Tree, TreeError, read_tree

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DEFAULT = Path(__file__).with_name("phase4.yaml")

_SHOWN = 10


@dataclass(frozen=True)
class PlaybookProblem:
    """One problem of a playbook, and how to fix it."""

    source: str
    line: int
    field: str  # checks.kl_divergence.threshold; "" for the file as a whole
    what: Message
    remedy: Message

    @property
    def text(self) -> Message:
        """Place, problem and remedy in one line."""
        return Message(
            "{source}, line {line}: {field}{problem}. {remedy}",
            source=self.source,
            line=self.line,
            field=f"{self.field}: " if self.field else "",
            problem=self.what,
            remedy=self.remedy,
        )

    def __str__(self) -> str:
        return str(self.text)


def default_playbook_text() -> str:
    """The text of the playbook that comes with trainweek."""
    return DEFAULT.read_text(encoding="utf-8")


def parse_playbook(text: str, source: str) -> Playbook:
    """Read a playbook.

    :param source: name of the text in errors; usually the file.
    :raises PlaybookError: names the file, the line, the field and the remedy of each problem.
    """
    found = _read(text, source)
    if isinstance(found, Playbook):
        return found
    lines = [problem.text for problem in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(Message("… and {count} more.", count=len(found) - _SHOWN))
    raise PlaybookError(
        joined(lines, "\n"), Message("List all problems: trainweek playbook check FILE")
    )


def load_playbook(path: str | Path) -> Playbook:
    """Read a playbook from a file.

    :raises PlaybookError: the file can't be read, or its content is wrong.
    """
    return parse_playbook(_file_text(Path(path)), str(path))


def check_playbook(path: str | Path) -> Playbook:
    """Read a playbook from a file, and report every problem, not only the first ones.

    :raises PlaybookError: one line per problem.
    """
    found = _read(_file_text(Path(path)), str(path))
    if isinstance(found, Playbook):
        return found
    raise PlaybookError(joined((problem.text for problem in found), "\n"))


def playbook_problems(text: str, source: str) -> list[PlaybookProblem]:
    """All problems of a playbook, in the order of its lines; empty if it is fine."""
    found = _read(text, source)
    return [] if isinstance(found, Playbook) else list(found)


def _file_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlaybookError(
            Message("{path} is not UTF-8 text.", path=str(path)),
            Message("Save the playbook as UTF-8."),
        ) from error
    except OSError as error:
        raise PlaybookError(
            Message(
                "{path} can't be read: {error}.", path=str(path), error=error.strerror or error
            ),
            Message("Pass the path of a playbook file."),
        ) from error


@lru_cache(maxsize=32)  # every page asks for the week's playbook; it is frozen, so shared
def _read(text: str, source: str) -> Playbook | tuple[PlaybookProblem, ...]:
    try:
        tree = extended(read_tree(text))
    except TreeError as error:
        return (PlaybookProblem(source, error.line, _dotted(error.path), error.what, error.remedy),)
    if not isinstance(tree.data, dict):
        what = Message("the file is not a YAML mapping")
        return (PlaybookProblem(source, 1, "", what, Message("Start from phase4.yaml.")),)
    try:
        playbook = Playbook.model_validate(tree.data)
    except ValidationError as error:
        # a union reports once per member: the same problem is reported once
        found = {
            _schema_problem(details, tree, source): None
            for details in of_known_items(error.errors())
        }
        return tuple(sorted(found, key=lambda problem: problem.line))
    problems = [
        PlaybookProblem(source, tree.line(path), _dotted(path), what, remedy)
        for path, what, remedy in complaints(playbook)
    ]
    if problems:
        return tuple(sorted(problems, key=lambda problem: problem.line))
    return with_field_values(playbook)


def _schema_problem(details: ErrorDetails, tree: Tree, source: str) -> PlaybookProblem:
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    path = tuple(part for part in details["loc"] if part != "[key]")
    if kind == "extra_forbidden":
        what = Message("unknown key")
        remedy = Message("Remove it, or correct its spelling.")
    elif kind == "missing":
        what = Message("missing field")
        remedy = Message("Add it: {meaning}", meaning=_meaning(path))
    elif kind == "value_error":
        what = literal(context["error"].args[0])
        remedy = Message("Expected: {meaning}", meaning=_meaning(path))
    else:
        shown = repr(given) if len(repr(given)) <= 60 else repr(given)[:57] + "…"
        wanted = expected(details)
        what = (
            Message(
                "{value} is invalid; expected {type}; did you mean {near}?",
                value=shown,
                type=wanted,
                near=near,
            )
            if (near := meant(details))
            else Message("{value} is invalid; expected {type}", value=shown, type=wanted)
        )
        remedy = Message("Expected: {meaning}", meaning=_meaning(path))
    return PlaybookProblem(source, tree.line(path), _dotted(path), what, remedy)


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _meaning(path: tuple[str | int, ...]) -> Message:
    """The schema's description of the field at a path."""
    model: type[BaseModel] | None = Playbook
    said, is_key = Message("See the schema."), False
    for part in path:
        if isinstance(part, int) or is_key:
            is_key = False
            continue
        field = model.model_fields.get(part) if model else None
        if field is None:
            break
        said = literal(field.description or said)
        is_key = get_origin(field.annotation) is dict
        model = _model_in(field.annotation)
    return said


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside ``tuple[Model, ...]``, ``dict[str, Model]``, ``Model | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
