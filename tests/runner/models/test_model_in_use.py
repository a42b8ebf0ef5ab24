"""Which run's model is in use: of the run that succeeded last, or of the one that was chosen."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError, IntegrityError, SetupError
from core.model_manifest import Validations, selected_on_validation
from core.paths import Home
from runner.models.best_model import manifest_path, read_best_model
from runner.models.model_files import SAVE_POINTS, keep_validations, write_model
from runner.models.model_in_use import (
    adopt_earlier,
    choice_of,
    model_of_run,
    put_in_use,
    validation_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
AT = datetime(2026, 2, 24, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def saved(path: Path, run: str, content: bytes, **more) -> bytes:
    sha256 = hashlib.sha256(content).hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_model(path, content, {"run": run, "step": 20_000, "sha256": sha256, **more})
    return content


def complete(home: Home, run: str) -> None:
    put_in_use(home, run, how="completed", by="ana", at=AT)


def test_validations_after_a_model_was_put_in_use_are_counted(home: Home) -> None:
    seen = Validations().with_one(3.0, 1.4, 20_000)
    saved(home.run_model("a"), "a", b"best", validation={"sharpe": 1.4, **seen.in_manifest()})
    complete(home, "a")  # as by a person, while the run continues
    in_use = read_best_model(home.best_model)[1]
    keep_validations(home.run_model("a"), "a", seen.with_one(-2.0, -0.5, 40_000))
    found = Validations.read(validation_of(home, in_use))
    assert found is not None
    assert (found.count, found.lost, [each.step for each in found.listed]) == (
        2,
        1,
        [20_000, 40_000],
    )
    said = selected_on_validation(validation_of(home, in_use))
    assert said is not None
    assert "the best of 2 validations" in said
    saved(home.run_model("a"), "a", b"another best", validation={"sharpe": 2.0})
    assert validation_of(home, in_use) == in_use["validation"], "the run's is another model"
    imported = in_use | {"origin": "imported", "run": "../a"}
    assert validation_of(home, imported) == in_use["validation"]


def test_a_later_run_never_takes_an_earlier_runs_model_away(home: Home) -> None:
    first = saved(home.run_model("a"), "a", b"of step 360,000")
    complete(home, "a")
    second = saved(home.run_model("b"), "b", b"of step 20,000")  # b trains, then it crashes
    assert home.best_model.read_bytes() == first
    put_in_use(home, "b", how="chosen", by="carla", at=AT, reason="only one with new data")
    assert home.best_model.read_bytes() == second
    assert read_best_model(home.best_model)[1]["run"] == "b"
    complete(home, "a")
    assert home.best_model.read_bytes() == home.run_model("a").read_bytes() == first
    assert home.run_model("b").read_bytes() == second
    assert not home.earlier_models.exists(), "both are kept by their runs"


def test_who_put_it_there_is_known_as_long_as_it_is_that_model(home: Home) -> None:
    saved(home.run_model("a"), "a", b"a")
    sha256 = put_in_use(home, "a", how="chosen", by="carla", at=AT, reason="the calmer one").sha256
    choice = choice_of(home, sha256)
    assert choice is not None
    assert (choice.run, choice.how, choice.by, choice.reason, choice.at) == (
        "a",
        "chosen",
        "carla",
        "the calmer one",
        AT,
    )
    assert choice_of(home, hashlib.sha256(b"by hand").hexdigest()) is None
    home.best_model_choice.write_text("{", encoding="utf-8")
    assert choice_of(home, sha256) is None


def test_a_model_that_no_run_keeps_is_copied_before_it_is_replaced(home: Home) -> None:
    imported = saved(home.best_model, "imported-x", b"from elsewhere", origin="imported")
    saved(home.run_model("a"), "a", b"a")
    complete(home, "a")
    complete(home, "a")
    kept = home.earlier_models / "imported-x" / "best_model.zip"
    assert kept.read_bytes() == imported
    assert [each.name for each in home.earlier_models.iterdir()] == ["imported-x"]


def test_the_model_of_an_earlier_version_is_found_where_it_was_moved(home: Home) -> None:
    saved(home.earlier_models / "old" / "best_model.zip", "old", b"old")
    assert model_of_run(home, "old").step == 20_000
    put_in_use(home, "old", how="chosen", by="carla", at=AT, reason="better")
    assert home.best_model.read_bytes() == b"old"


def test_a_run_of_an_earlier_version_takes_its_best_model_along(home: Home) -> None:
    saved(home.best_model, "a", b"a")
    adopt_earlier(home, "b")
    assert not home.run_models.exists()
    adopt_earlier(home, "a")
    assert read_best_model(home.run_model("a"))[0] == b"a"
    saved(home.run_model("a"), "a", b"a, better")
    adopt_earlier(home, "a")
    assert read_best_model(home.run_model("a"))[0] == b"a, better"


@pytest.mark.parametrize("described", [False, True], ids=["no manifest", "another's manifest"])
def test_a_model_that_can_not_be_verified_is_copied_before_it_is_replaced(
    home: Home, described: bool
) -> None:
    if described:
        saved(home.best_model, "old", b"old")
    home.best_model.parent.mkdir(parents=True, exist_ok=True)
    home.best_model.write_bytes(b"of another trainer")
    saved(home.run_model("a"), "a", b"a")
    complete(home, "a")
    kept = home.earlier_models / "broken" / home.best_model.name
    assert kept.read_bytes() == b"of another trainer"
    assert manifest_path(kept).exists() is described
    assert read_best_model(home.best_model)[0] == b"a"
    complete(home, "a")
    assert len(list(kept.parent.glob("*.zip"))) == 1, "only what is replaced is copied"


def test_a_run_without_a_model_and_a_corrupt_one_change_nothing(home: Home) -> None:
    first = saved(home.run_model("a"), "a", b"a")
    complete(home, "a")
    with pytest.raises(InputError, match="Run b has no best model"):
        complete(home, "b")
    saved(home.run_model("b"), "b", b"b")
    home.run_model("b").write_bytes(b"b, changed")
    with pytest.raises(IntegrityError, match="SHA-256 differs"):
        complete(home, "b")
    assert home.best_model.read_bytes() == first
    with pytest.raises(InputError, match="not a valid folder name"):
        complete(home, "../a")


@pytest.mark.parametrize("point", [*SAVE_POINTS, "best_model_chosen"])
def test_a_kill_in_between_leaves_one_model_with_its_manifest(home: Home, point: str) -> None:
    saved(home.run_model("a"), "a", b"a")
    saved(home.run_model("b"), "b", b"b")
    complete(home, "a")
    code = f"""
from datetime import UTC, datetime
from pathlib import Path
from core.paths import Home
from runner.models.model_in_use import put_in_use
put_in_use(Home(Path({str(home.root)!r})), "b", how="completed", by="ana", at=datetime.now(UTC))
"""
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TRAINWEEK_FAIL": f"{point}:kill"}
    )
    assert killed.returncode == -signal.SIGKILL
    content, manifest = read_best_model(home.best_model)
    replaced = point in ("best_model_replaced", "best_model_chosen")
    assert content.decode() == manifest["run"] == ("b" if replaced else "a")
    choice = choice_of(home, manifest["sha256"])
    assert choice is not None, "nobody put it there by hand"
    assert (choice.run, choice.how) == (manifest["run"], "completed")
    complete(home, "b")
    assert read_best_model(home.best_model)[0] == b"b"
    assert manifest_path(home.best_model).exists()


def test_a_model_that_can_not_be_read_is_not_replaced() -> None:
    # Under /tmp itself: pytest's own folders let no other user through.
    with TemporaryDirectory(prefix="trainweek-rights-") as folder, denied_to_others(Path(folder)):
        home = Home(Path(folder))
        saved(home.run_model("a"), "a", b"a")
        home.best_model.write_bytes(b"of another account")
        home.best_model.chmod(0)
        with pytest.raises(SetupError, match="can't be kept: Permission denied"):
            complete(home, "a")
        home.best_model.chmod(0o600)
        assert home.best_model.read_bytes() == b"of another account"


@contextmanager
def denied_to_others(folder: Path) -> Iterator[None]:
    """Act as a user who owns the folder and to whom something can be denied: not as root."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
