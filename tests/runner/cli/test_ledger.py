"""``trainweek ledger``: what scripts get from head and verify."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import Verdict
from runner.recovery.rebuild import replay
from runner.store import chain
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    made.lead.tick(made.week.id, "hourly_1", "reward_positive", "seen", Verdict.PASS, "3.1")
    yield made
    made.clear()


def test_a_published_head_proves_the_record_until_it_is_rewritten(place: Place) -> None:
    home = place.home.root
    line, published = trainweek("ledger", "head", home=home).stdout.split()
    assert (line, len(published)) == ("2", 64)
    as_json = json.loads(trainweek("ledger", "head", "--json", home=home).stdout)
    assert as_json == {"line": 2, "sha256": published}
    place.lead.note(place.week.id, "hourly_1", "later")
    for anchor in (published, published.upper(), published[:16]):
        done = trainweek("ledger", "verify", "--anchor", anchor, home=home)
        assert done.returncode == 0, done.stderr
        assert "The published hash is line 2; 1 line came after it." in done.stdout
    # File and database are rewritten together: the chain is intact, and only the anchor tells.
    fields = [json.loads(text) for text in place.home.ledger.read_text("utf-8").splitlines()]
    prev, text = chain.START, ""
    for each in fields:
        each["by"] = "Mallory"
        sealed = chain.seal(each | {"prev": prev})
        prev, text = sealed["sha256"], text + chain.canonical(sealed) + "\n"
    place.home.ledger.write_text(text, encoding="utf-8")
    place.home.database.unlink()
    replay(place.home, LEAD, after(1))
    assert trainweek("ledger", "verify", home=home).returncode == 0
    done = trainweek("ledger", "verify", "--anchor", published, "--json", home=home)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert not found["ok"]
    assert f"No line has the published hash {published}" in found["problems"][0]


@pytest.mark.parametrize("anchor", ["", "abc", "z" * 64, "0" * 65, "line 2"])
def test_what_is_no_hash_is_no_anchor(place: Place, anchor: str) -> None:
    done = trainweek("ledger", "verify", "--anchor", anchor, home=place.home.root)
    assert done.returncode == 3
    assert "is no hash of a ledger line" in done.stderr


@pytest.mark.parametrize("left", ["nothing", "folders", "empty file", "empty database"])
def test_a_record_that_is_gone_is_never_intact(place: Place, left: str) -> None:
    home = place.home
    home.ledger.unlink()
    home.database.unlink()
    if left == "nothing":
        shutil.rmtree(home.root)
        home.root.mkdir()
    elif left == "empty file":
        home.ledger.touch()
    elif left == "empty database":
        assert trainweek("week", "list", home=home.root).returncode == 0
        assert home.database.exists()
    for words in (["verify"], ["verify", "--json"], ["head"], ["verify", "--anchor", "0" * 64]):
        done = trainweek("ledger", *words, home=home.root)
        lost = "--anchor" in words and left != "nothing"
        assert done.returncode == (1 if lost else 3), (words, done.stdout, done.stderr)
        assert "intact," not in done.stdout
    if left != "nothing":
        assert "nothing to verify" in trainweek("ledger", "verify", home=home.root).stdout


def test_no_head_is_given_of_a_record_that_contradicts_itself(place: Place) -> None:
    raw = place.home.ledger.read_bytes()
    place.home.ledger.write_bytes(raw.replace(b'"Lea"', b'"Eva"'))
    done = trainweek("ledger", "head", home=place.home.root)
    assert done.returncode == 1
    assert "Line 1 of the ledger was changed" in done.stdout
    assert len(done.stdout.split()[0]) != 64


def test_a_setting_that_asks_for_fewer_proofs_is_not_silent(place: Place) -> None:
    """Whoever can forge a line can write ``settings.yaml``, too."""
    home = place.home.root
    assert "need no proof" not in trainweek("ledger", "verify", home=home).stdout
    (home / "settings.yaml").write_text("proofs_from: 1000\n", encoding="utf-8")
    done = trainweek("ledger", "verify", home=home)
    assert done.returncode == 0
    assert "Lines before line 1,000 need no proof" in done.stdout
    assert (
        json.loads(trainweek("ledger", "verify", "--json", home=home).stdout)["proofs_from"] == 1000
    )
