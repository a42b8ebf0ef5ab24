"""Nothing is written through a link that leaves the data directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.home_links import links_outside, require_inside, written_places
from core.paths import Home

if TYPE_CHECKING:
    from pathlib import Path

PLACES = [path.relative_to("/home") for path in written_places(Home.find("/home"))]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_each_place_that_is_written_to_is_refused_as_a_link(tmp_path: Path, place: Path) -> None:
    home, outside = Home(tmp_path / "home"), tmp_path / "outside"
    outside.mkdir()
    link = home.root / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside / "x")  # a link that leads nowhere yet is one as well
    with pytest.raises(SetupError, match=r"leads out of the data directory, to .*outside/x"):
        require_inside(home)


@pytest.mark.parametrize("place", ["logs", "models", "reports", "logs/state"])
def test_a_folder_above_them_is_refused_too(tmp_path: Path, place: str) -> None:
    home, outside = Home(tmp_path / "home"), tmp_path / "outside"
    outside.mkdir()
    link = home.root / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside)
    with pytest.raises(SetupError, match="leads out of the data directory"):
        require_inside(home)
    assert list(outside.iterdir()) == []


def test_links_within_it_and_a_home_that_is_a_link_are_fine(tmp_path: Path) -> None:
    real = Home(tmp_path / "real")
    (real.root / "disk" / "logs").mkdir(parents=True)
    (real.root / "logs").symlink_to("disk/logs")
    (tmp_path / "link").symlink_to(real.root)
    for home in (real, Home(tmp_path / "link")):
        assert links_outside(home) == []
        require_inside(home)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "logs").symlink_to(tmp_path / "logs")
    assert links_outside(home) == []  # nothing can be written there anyway


def test_candles_may_lie_elsewhere(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    (tmp_path / "candles").mkdir()
    (home.root / "data").mkdir()
    home.train_data.symlink_to(tmp_path / "candles")
    require_inside(home)
    with pytest.raises(SetupError):
        require_inside(home, home.train_data / "new.csv")
