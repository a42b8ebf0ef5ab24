"""The trial of an object store says what is wrong with it, and which setting to correct."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import SetupError, TrainweekError
from core.sync_paths import sync_keys
from core.vocabulary import Verdict
from runner.doctor.sync import sync
from runner.settings import Settings
from runner.sync.object_store import INSTALL, ObjectStore
from runner.sync.session import pushing
from tests.runner.sync.places import NOW, place
from tests.runner.sync.servers import S3, SECRET, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    yield from served()


def test_a_good_store_passes_and_keeps_nothing_of_the_trial(tmp_path: Path, s3: S3) -> None:
    at = place(tmp_path, s3, s3.bucket())
    (found,) = sync(*at, NOW)
    assert found.verdict is Verdict.PASS
    assert list(ObjectStore(*at).names("trial")) == []


def test_nothing_is_said_without_the_setting(tmp_path: Path, s3: S3) -> None:
    home, _ = place(tmp_path, s3, s3.bucket())
    assert list(sync(home, Settings(), NOW)) == []


def test_a_missing_bucket_names_sync_url(tmp_path: Path, s3: S3) -> None:
    at = place(tmp_path, s3, "s3://no-such-bucket/team")
    with pytest.raises(SetupError, match="sync_url: there is no bucket for s3://no-such-bucket"):
        list(sync(*at, NOW))


def test_a_wrong_key_names_the_file_and_never_the_key(tmp_path: Path, s3: S3) -> None:
    at = place(tmp_path, s3, s3.bucket())
    keys = sync_keys(at[0])
    keys.write_text(keys.read_text().replace("AKIATESTKEY", "AKIAWRONG"))
    with pytest.raises(SetupError, match="does not know the access key") as found:
        list(sync(*at, NOW))
    assert "sync.toml" in found.value.remedy
    assert SECRET not in str(found.value)
    assert "AKIAWRONG" not in str(found.value)


def test_a_store_that_ignores_conditions_is_refused(tmp_path: Path, s3: S3) -> None:
    at = place(tmp_path, s3, s3.bucket())
    s3.ignores_conditions = True
    try:
        with pytest.raises(SetupError, match="ignores If-None-Match"):
            list(sync(*at, NOW))
        with pytest.raises(SetupError, match="ignores If-None-Match"), pushing(*at):
            pass  # nothing is shipped to it
    finally:
        s3.ignores_conditions = False


def test_keys_that_others_may_read_are_not_used(tmp_path: Path, s3: S3) -> None:
    at = place(tmp_path, s3, s3.bucket())
    sync_keys(at[0]).chmod(0o644)
    with pytest.raises(SetupError, match=r"sync\.toml is accessible to others"):
        list(sync(*at, NOW))


@pytest.mark.parametrize("text", [f"secret_access_key = {SECRET}", f"secret = '{SECRET}"])
def test_a_broken_file_of_keys_is_not_quoted(tmp_path: Path, s3: S3, text: str) -> None:
    at = place(tmp_path, s3, s3.bucket())
    sync_keys(at[0]).write_text(text)
    with pytest.raises(TrainweekError, match=r"sync\.toml") as found:
        list(sync(*at, NOW))
    assert SECRET not in str(found.value)


def test_without_the_library_the_command_that_installs_it_is_named(
    tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = place(tmp_path, s3, s3.bucket())
    imported = builtins.__import__

    def without(name: str, *given: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "obstore":
            raise ImportError(name)
        return imported(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SetupError, match="obstore is not installed") as found:
        list(sync(*at, NOW))
    assert INSTALL in found.value.remedy
