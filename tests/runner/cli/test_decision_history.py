"""``trainweek decision history`` and ``compare``: filtered, exported, side by side."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import SignatureAct
from tests.expected import recorded
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LAUNCH
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def decision(place: SignedPlace, *words: object) -> subprocess.CompletedProcess[str]:
    return trainweek("decision", *words, home=place.home.root)


def test_a_list_is_filtered_and_given_to_a_spreadsheet(place: SignedPlace) -> None:
    place.at = LAUNCH + timedelta(days=1)
    first = place.revalidate("GO")
    place.sign(first, SignatureAct.REJECT)
    place.at += timedelta(minutes=20)
    second = place.revalidate("NO-GO", seed=2)

    def found(*words: object) -> list[str]:
        return [
            row["sha256"] for row in json.loads(decision(place, "history", "--json", *words).stdout)
        ]

    assert found() == [first, second]
    assert found("--limit", 1) == [second]
    for form in ("--json", "--csv"):
        cut = decision(place, "history", form, "--limit", 1)
        assert cut.stderr.endswith("1 older one; see --limit.\n")
        assert "older" not in cut.stdout
    assert decision(place, "history", "--json").stderr == ""
    assert decision(place, "history", "--limit", 1).stdout.endswith("1 older one; see --limit.\n")
    assert found("--decision", "GO") == [first]
    assert found("--signed", "unsigned", "--signed", "void") == [second]
    assert found("--text", "READ it") == [first]
    assert found("--until", "2026-02-23") == []
    table = decision(place, "history", "--csv", "--since", "2026-02-24", "--signed", "reject")
    (row,) = csv.DictReader(io.StringIO(table.stdout))
    assert (row["sha256"], row["act"], row["reason"]) == (first, "reject", "I read it.")
    none = decision(place, "history", "--run", "another")
    assert "None of 2 revalidations matches." in none.stdout
    wrong = decision(place, "history", "--since", "yesterday")
    assert wrong.returncode == 2
    assert "is not a date" in wrong.stderr
    both = decision(place, "history", "--csv", "--json")
    assert both.returncode == 2
    assert "exclude each other" in both.stderr


def test_two_decisions_side_by_side_with_what_their_playbooks_differ_in(
    place: SignedPlace, tmp_path: Path
) -> None:
    first = place.revalidate("GO")
    place.sign(first, SignatureAct.REJECT)
    manual = tmp_path / "manual.yaml"
    manual.write_text(place.week.playbook_text.replace("threshold: 45.0", "threshold: 40.0"))
    place.week = recorded(place.lead.create_week(LAUNCH + timedelta(days=7), manual))
    place.home.best_model.write_bytes(b"another")
    second = place.revalidate("PARTIAL", seed=2)
    shown = decision(place, "compare", second[:12], first[:12])
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert first[:12] in lines[0], "the earlier one comes first"
    assert any(line.split() == ["model", "different"] for line in lines)
    assert any(line.split() == ["data", "same"] for line in lines)
    assert "Rejected by Carl: I read it." in shown.stdout
    assert "Not signed." in shown.stdout
    told = json.loads(decision(place, "compare", first, second, "--json").stdout)
    assert told["same"]["model"] is False
    assert told["gates"]["sharpe"]["delta"] == pytest.approx(
        told["gates"]["sharpe"]["now"] - told["gates"]["sharpe"]["before"]
    )
    assert told["earlier_acts"][0]["reason"] == "I read it."
    itself = decision(place, "compare", first, first)
    assert itself.returncode == 2
    assert "same decision" in itself.stderr
    unknown = decision(place, "compare", first, "0" * 12)
    assert unknown.returncode == 2
    assert "No archived decision" in unknown.stderr
