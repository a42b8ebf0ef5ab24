"""A real reproduction: the decided model trained again gives the same gates to the bit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from core.decision import latest_decision
from core.decision.model_recipe import FILE, Recipe
from core.errors import InputError, IntegrityError, MarketDataError
from core.files import write_bytes
from core.ledger_bodies import DecisionReproduced
from core.model_manifest import manifest_of
from core.playbook import default_playbook_text
from core.trading.hold_out import HoldOuts, Lock, Window
from runner.jobs.attempt import STOPPED, StopFlag, read_spec
from runner.jobs.reproduce import reproduce
from tests.expected import present
from tests.runner.jobs.training_home import make_home, result, run, write_spec

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home

pytestmark = pytest.mark.slow  # each makes a real training run

STEPS = 8_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One revalidated model whose last validation is later than its best."""
    made = make_home(tmp_path_factory.mktemp("home"))
    assert run("train_ppo", write_spec(made, "train", steps=STEPS, seed=7)).returncode == 0
    spec = write_spec(made, "revalidate", run="own", save_report=True, episodes=10)
    assert run("revalidate", spec).returncode == 0
    return made


@pytest.fixture(scope="module")
def recipe(home: Home) -> Recipe:
    saved = present(latest_decision(home))
    manifest = manifest_of(home.best_model, saved.decision.model.sha256)
    text = saved.file("decision.json").read_text("utf-8")
    found = Recipe.of(text, manifest, default_playbook_text())
    write_bytes(home.reproductions(found.sha256) / FILE, found.as_file())
    return found


def again(home: Home, recipe: Recipe, name: str, **params: Any) -> tuple[int, Path]:
    spec = write_spec(home, "reproduce", run=name, decision=recipe.sha256, **params)
    return reproduce(read_spec(spec), StopFlag()), spec


def test_the_decided_model_comes_out_again_to_the_bit(home: Home, recipe: Recipe) -> None:
    models = sorted(path for path in (home.root / "models").rglob("*"))
    code, spec = again(home, recipe, "equal")
    assert code == 0
    found = result(spec)["reproduction"]
    assert (found["match"], found["record_equal"], found["weights_equal"]) == ("EQUAL", True, True)
    assert [gate["match"] for gate in found["gates"]] == ["EQUAL"] * 6
    assert (found["causes"], found["not_recorded"]) == ([], [])
    assert found["step"] == recipe.manifest["step"]
    report = home.root / result(spec)["report"]
    assert json.loads(report.read_text("utf-8")) == found
    line = present(DecisionReproduced.of_result("reproduce-equal", result(spec)))
    assert (line.revalidation_sha256, line.match) == (recipe.sha256, "EQUAL")
    assert sorted(path for path in (home.root / "models").rglob("*")) == models


def test_another_seed_is_different_and_another_machine_is_named(
    home: Home, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = recipe.settings.model_copy(update={"seed": 8})
    monkeypatch.setattr(Recipe, "settings", other)
    monkeypatch.setattr("runner.jobs.reproduce.cpu_name", lambda: "Another CPU")
    code, spec = again(home, recipe, "different")
    assert code == 0
    found = result(spec)["reproduction"]
    assert (found["match"], found["weights_equal"]) == ("DIFFERENT", False)
    assert {(each["name"], each["now"]) for each in found["causes"]} == {("cpu", "Another CPU")}


def test_candles_of_another_hash_are_refused_by_name(
    home: Home, recipe: Recipe, tmp_path: Path
) -> None:
    (tmp_path / "ogn.csv").write_bytes(
        (home.train_data / "ogn.csv").read_bytes().rsplit(b"\n", 2)[0] + b"\n"
    )
    with pytest.raises(MarketDataError, match=recipe.train_sha256):
        again(home, recipe, "missing", train_data_dir=str(tmp_path))


def test_an_altered_recipe_is_refused(home: Home, recipe: Recipe, tmp_path: Path) -> None:
    file = home.reproductions(recipe.sha256) / FILE
    kept = file.read_bytes()
    fields = json.loads(kept)
    fields["manifest"]["config"]["settings"]["seed"] = 99
    try:
        file.write_text(json.dumps(fields))
        with pytest.raises(IntegrityError, match="manifest is not the decision's"):
            again(home, recipe, "altered")
    finally:
        file.write_bytes(kept)


def test_locked_bars_are_not_looked_at(home: Home, recipe: Recipe) -> None:
    data = recipe.decision.data
    window = Window(data=data.sha256, first=data.first, last=data.last)
    spec = write_spec(home, "reproduce", run="locked", decision=recipe.sha256)
    fields = json.loads(spec.read_text())
    locks = HoldOuts(locks=(Lock(window, "Lea", "the final look"),))
    spec.write_text(json.dumps(fields | {"hold_outs": locks.as_dict()}))
    with pytest.raises(InputError, match="the final look"):
        reproduce(read_spec(spec), StopFlag())


def test_a_stopped_reproduction_has_no_result(home: Home, recipe: Recipe) -> None:
    stop = StopFlag()
    stop.requested = True
    spec = write_spec(home, "reproduce", run="stopped", decision=recipe.sha256)
    assert reproduce(read_spec(spec), stop) == STOPPED
    assert result(spec)["complete"] is False
    assert DecisionReproduced.of_result("reproduce-stopped", result(spec)) is None
