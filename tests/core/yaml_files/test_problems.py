"""YAML text to a model of any kind: each problem with its place and its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InputError
from core.language import Message
from core.yaml_files import FileProblems, Tree, model_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = Message("Start from phase4.yaml.")


class Channel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="Where to post.")
    tries: int = Field(default=3, ge=1, description="How often to try.")


class Channels(BaseModel):
    model_config = ConfigDict(extra="forbid")

    channels: dict[str, Channel] = Field(description="Channels by name.")


def problems(text: str) -> list[tuple[int, str, str, str]]:
    with pytest.raises(FileProblems) as error:
        model_of(text, "alerts.yaml", Channels, example=EXAMPLE)
    return [(each.line, each.field, each.what, each.remedy) for each in error.value.problems]


def test_a_valid_text_gives_the_model_and_its_lines() -> None:
    found, tree = model_of(
        "channels:\n  ops:\n    url: x\n", "alerts.yaml", Channels, example=EXAMPLE
    )
    assert found.channels["ops"].tries == 3
    assert tree.line(("channels", "ops", "url")) == 3


def test_all_problems_are_listed_in_the_order_of_the_lines() -> None:
    text = "chanels: {}\nchannels:\n  ops:\n    tries: 0\n"
    assert problems(text) == [
        (1, "chanels", "unknown key", "Remove it, or correct its spelling."),
        (3, "channels.ops.url", "missing field", "Add it: Where to post."),
        (
            4,
            "channels.ops.tries",
            "0 is invalid; expected a number greater than or equal to 1",
            "Expected: How often to try.",
        ),
    ]


def test_a_text_that_is_no_mapping_names_the_example() -> None:
    assert problems("- ops") == [(1, "", "the file is not a YAML mapping", str(EXAMPLE))]


def test_the_tree_may_be_completed_before_it_is_judged() -> None:
    def completed(tree: Tree) -> Tree:
        return Tree({"channels": {}} | tree.data, tree.lines)

    with pytest.raises(FileProblems) as error:
        model_of("more: 1", "alerts.yaml", Channels, example=EXAMPLE, prepare=completed)
    assert [each.text for each in error.value.problems] == [
        "alerts.yaml, line 1: more: unknown key. Remove it, or correct its spelling."
    ]


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    kind, remedy = Message("the playbook"), Message("Fix the file.")
    with pytest.raises(InputError, match="can't be read: No such file"):
        text_of(path, InputError, kind, remedy)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"is not UTF-8 text\. Save the playbook as UTF-8\."):
        text_of(path, InputError, kind, remedy)
    path.write_bytes(b"\xef\xbb\xbfchannels: {}\n")
    assert text_of(path, InputError, kind, remedy) == "channels: {}\n"
