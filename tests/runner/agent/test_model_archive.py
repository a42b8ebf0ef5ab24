"""A model's zip never unpacks to more than its network can have."""

from __future__ import annotations

import io
import resource
import zipfile
from typing import TYPE_CHECKING

import pytest
import torch

from core.errors import InputError, IntegrityError, TrainweekError
from core.limited_files import MB
from core.paths import Home
from runner.agent.foreign_model import model_of_weights
from runner.agent.model_archive import largest_archive
from runner.agent.policy import load_weights
from runner.agent.session import Session
from runner.agent.split import TrainingData
from runner.models.best_model import read_best_model
from runner.settings import Settings
from tests.runner.agent.markets import candles, small_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stable_baselines3 import PPO

DEFLATED = zipfile.ZIP_DEFLATED


@pytest.fixture(scope="module")
def model() -> PPO:
    settings = small_settings()
    return Session(TrainingData.prepare(candles(2000), settings), settings, 1_000, 8760).model


@pytest.fixture(scope="module")
def saved(model: PPO) -> bytes:
    made = io.BytesIO()
    model.save(made)
    return made.getvalue()


def with_member(saved: bytes, name: str, content: bytes) -> bytes:
    """The same zip, one member replaced, packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(made, "w", DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, content)
    return made.getvalue()


def big_tensor(saved: bytes) -> bytes:
    """Weights that are large in truth, in a list that says so."""
    made = io.BytesIO()
    torch.save({"x": torch.zeros(50_000_000)}, made)
    return with_member(saved, "policy.pth", made.getvalue())


def repacked_tensor(saved: bytes) -> bytes:
    """The zip inside the zip is the one that is packed: the outer list looks harmless."""
    made, packed = io.BytesIO(), io.BytesIO()
    torch.save({"x": torch.zeros(50_000_000)}, made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, old.read(each))
    assert len(packed.getvalue()) < MB
    return with_member(saved, "policy.pth", packed.getvalue())


def old_format(saved: bytes) -> bytes:
    made = io.BytesIO()
    torch.save({"x": torch.zeros(3)}, made, _use_new_zipfile_serialization=False)
    return with_member(saved, "policy.pth", made.getvalue())


def many_members(saved: bytes) -> bytes:
    made = io.BytesIO(saved)
    with zipfile.ZipFile(made, "a") as archive:
        for number in range(1001):
            archive.writestr(f"empty/{number}", b"")
    return made.getvalue()


BOMBS = {
    "tensor": big_tensor,
    "tensor inside": repacked_tensor,
    "old format": old_format,
    "settings": lambda saved: with_member(saved, "data", b"[" * 200_000_000),
    "unused member": lambda saved: with_member(saved, "readme", bytes(200_000_000)),
    "other tensors": lambda saved: with_member(saved, "pytorch_variables.pth", bytes(200_000_000)),
    "many": many_members,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zip_bomb_is_refused_by_import_and_by_every_load(
    name: str, model: PPO, saved: bytes, tmp_path: Path
) -> None:
    bomb: Callable[[bytes], bytes] = BOMBS[name]
    path = tmp_path / "bomb.zip"
    path.write_bytes(bomb(saved))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=r"The weights of bomb\.zip can't be read"):
        model_of_weights(path, small_settings())
    for source in (path, io.BytesIO(path.read_bytes())):
        with pytest.raises(IntegrityError, match="could not be loaded"):
            load_weights(model, source, "it")
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # kB
    assert used < 100_000, f"{used:,} kB"


def test_a_saved_model_is_far_below_its_limit(model: PPO, saved: bytes, tmp_path: Path) -> None:
    path = tmp_path / "own.zip"
    path.write_bytes(saved)
    assert len(saved) < largest_archive(model) / 4
    model_of_weights(path, small_settings())
    load_weights(model, path, "own")


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/urandom"])
def test_what_a_home_links_to_is_limited_as_well(tmp_path: Path, target: str) -> None:
    home = Home(tmp_path)
    home.model.mkdir(parents=True)
    home.best_model.symlink_to(target)
    home.settings_file.symlink_to(target)
    with pytest.raises(TrainweekError, match="not an ordinary file"):
        read_best_model(home.best_model)
    with pytest.raises(TrainweekError, match="not an ordinary file"):
        Settings.read(home)
