"""Loading a playbook from YAML text, or listing its problems."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.errors import PlaybookError
from core.language import Message, joined
from core.playbook.extension import extended
from core.playbook.references import complaints
from core.playbook.schema import Playbook
from core.playbook.text_fields import with_field_values
from core.yaml_files import FileProblem, FileProblems, model_of, text_of

DEFAULT = Path(__file__).with_name("phase4.yaml")

_SHOWN = 10


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


def playbook_problems(text: str, source: str) -> list[FileProblem]:
    """All problems of a playbook, in the order of its lines; empty if it is fine."""
    found = _read(text, source)
    return [] if isinstance(found, Playbook) else list(found)


def as_written(text: str) -> Playbook:
    """A valid playbook with ``{field}`` in its texts as they are written.

    :raises FileProblems: it is not valid.
    """
    return model_of(
        text, "playbook", Playbook, example=Message("Start from phase4.yaml."), prepare=extended
    )[0]


def _file_text(path: Path) -> str:
    return text_of(
        path, PlaybookError, Message("the playbook"), Message("Pass the path of a playbook file.")
    )


@lru_cache(maxsize=32)  # every page asks for the week's playbook; it is frozen, so shared
def _read(text: str, source: str) -> Playbook | tuple[FileProblem, ...]:
    try:
        playbook, tree = model_of(
            text, source, Playbook, example=Message("Start from phase4.yaml."), prepare=extended
        )
    except FileProblems as error:
        return error.problems
    problems = [
        FileProblem.at(source, tree, path, what, remedy)
        for path, what, remedy in complaints(playbook)
    ]
    if problems:
        return tuple(sorted(problems, key=lambda problem: problem.line))
    return with_field_values(playbook)
