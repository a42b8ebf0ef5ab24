"""YAML text to a typed model, or the list of its problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from core.language import Message, literal
from core.limited_files import read_limited_text
from core.yaml_files.expected_values import expected, meant, of_known_items
from core.yaml_files.tree import Tree, TreeError, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from core.errors import InputError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class FileProblem:
    """One problem of a file, and how to fix it."""

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

    @classmethod
    def at(
        cls, source: str, tree: Tree, path: tuple[str | int, ...], what: Message, remedy: Message
    ) -> FileProblem:
        """A problem at a path of the tree."""
        return cls(source, tree.line(path), dotted(path), what, remedy)


class FileProblems(Exception):
    """The text is no valid model: its problems, in the order of the lines."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__(*self.problems)


def model_of(
    text: str,
    source: str,
    model: type[Model],
    *,
    example: Message,
    prepare: Callable[[Tree], Tree] = lambda tree: tree,
) -> tuple[Model, Tree]:
    """Read a YAML document as a model; returns its tree, too.

    :param source: name of the text in problems; usually the file.
    :param example: what to start from where the text is no mapping.
    :param prepare: completes the tree before it is validated.
    :raises FileProblems: the text is not YAML, or not such a model.
    """
    try:
        tree = prepare(read_tree(text))
    except TreeError as error:
        path = dotted(error.path)
        raise FileProblems(
            [FileProblem(source, error.line, path, error.what, error.remedy)]
        ) from error
    if not isinstance(tree.data, dict):
        what = Message("the file is not a YAML mapping")
        raise FileProblems([FileProblem(source, 1, "", what, example)])
    try:
        return model.model_validate(tree.data), tree
    except ValidationError as error:
        # a union reports once per member: the same problem is reported once
        found = {
            _problem(details, tree, source, model): None
            for details in of_known_items(error.errors())
        }
        raise FileProblems(found) from error


def text_of(path: Path, error: type[InputError], what: Message, remedy: Message) -> str:
    """A file's text.

    :param error: what is raised if the file can't be read as UTF-8.
    :param what: the file's kind, as in "Save *the playbook* as UTF-8."
    :param remedy: what to do where there is no such file.
    """
    try:
        return read_limited_text(path, encoding="utf-8-sig")
    except UnicodeDecodeError as reason:
        raise error(
            Message("{path} is not UTF-8 text.", path=str(path)),
            Message("Save {file} as UTF-8.", file=what),
        ) from reason
    except OSError as reason:
        raise error(
            Message(
                "{path} can't be read: {error}.", path=str(path), error=reason.strerror or reason
            ),
            remedy,
        ) from reason


def dotted(path: tuple[str | int, ...]) -> str:
    """A path as people write it: ``checks[2].threshold``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _problem(details: ErrorDetails, tree: Tree, source: str, model: type[BaseModel]) -> FileProblem:
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    path = tuple(part for part in details["loc"] if part != "[key]")
    meaning = _meaning(model, path)
    remedy = Message("Expected: {meaning}", meaning=meaning)
    if kind == "extra_forbidden":
        what = Message("unknown key")
        remedy = Message("Remove it, or correct its spelling.")
    elif kind == "missing":
        what = Message("missing field")
        remedy = Message("Add it: {meaning}", meaning=meaning)
    elif kind == "value_error":
        what = literal(context["error"].args[0])
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
    return FileProblem.at(source, tree, path, what, remedy)


def _meaning(model: type[BaseModel], path: tuple[str | int, ...]) -> Message:
    """The schema's description of the field at a path."""
    found: type[BaseModel] | None = model
    said, is_key = Message("See the schema."), False
    for part in path:
        if isinstance(part, int) or is_key:
            is_key = False
            continue
        field = found.model_fields.get(part) if found else None
        if field is None:
            break
        said = literal(field.description or said)
        is_key = get_origin(field.annotation) is dict
        found = _model_in(field.annotation)
    return said


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside ``tuple[Model, ...]``, ``dict[str, Model]``, ``Model | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
