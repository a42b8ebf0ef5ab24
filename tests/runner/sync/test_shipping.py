"""Files go from one data directory through a real S3 server into another one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from core.errors import ConflictError, InputError, IntegrityError, SetupError
from core.sync_paths import sync_state
from core.telemetry.reader import RunReader
from runner.models.checkpoints import verify_checkpoint
from runner.sync.object_store import ObjectStore
from runner.sync.session import pulling, pushing
from tests.event_files import header, scalar
from tests.runner.models.checkpoint_files import write_checkpoint
from tests.runner.sync.places import (
    EVENTS,
    NOW,
    REPORT,
    append,
    place,
    pull,
    push,
    shown,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner.sync.servers import S3

STEPS = [scalar("rollout/ep_rew_mean", step, 1e9 + step, float(step)) for step in range(40)]


def test_a_growing_event_file_is_fetched_by_ranges_of_what_is_new(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, EVENTS, header(1e9) + b"".join(STEPS[:20]) + STEPS[20][:10])
    with pushing(*here) as shipping, pulling(*there) as fetching:
        shipping.look(lambda: NOW)
        fetching.look()
        reader = RunReader(there[0].tensorboard / "run")
        reader.refresh()
        assert shown(there, EVENTS) == header(1e9) + b"".join(STEPS[:20])  # no half record
        assert reader.series("rollout/ep_rew_mean").last is not None
        append(here, EVENTS, STEPS[20][10:] + b"".join(STEPS[21:]))
        s3.asked.clear()
        assert shipping.look(lambda: NOW).sent == sum(map(len, STEPS[20:]))
        done = fetching.look()
    assert done.received == sum(map(len, STEPS[20:]))
    ranges = [got for method, path, got in s3.asked if method == "GET" and "/objects/" in path]
    assert ranges == [f"bytes=0-{done.received - 1}"]
    reader.refresh()
    (file,) = reader.files
    assert (reader.problems, file.points) == ([], 40)  # the same file, grown
    assert shown(there, EVENTS) == shown(here, EVENTS)
    s3.asked.clear()
    assert push(here).files == pull(there).files == 0
    assert not [path for method, path, _ in s3.asked if method == "PUT" and "/log/" in path]


def test_reports_models_and_checkpoints_arrive_whole(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    model = "models/ppo_phase4/best_model.zip"
    write(here, REPORT, b'{"decision": "GO"}')
    write(here, model, os.urandom(20 << 20))
    write(here, "reports/ledger/other.jsonl", b"stays here")
    write(here, "logs/state/secret.json", b"stays here")
    whole = write_checkpoint(here[0].checkpoints, "run", 100)
    torn = write_checkpoint(here[0].checkpoints, "run", 200)
    (torn / "rng.json").write_bytes(b"half")
    push(here)
    pull(there)
    fetched = sorted(
        path.relative_to(there[0].root).as_posix()
        for path in there[0].root.rglob("*")
        if path.is_file() and "state" not in path.parts and path.name != "sync.toml"
    )
    files = {f"models/ppo_phase4/checkpoints/100/{path.name}" for path in whole.iterdir()}
    assert fetched == sorted({REPORT, model, *files})
    assert shown(there, model) == shown(here, model)
    assert verify_checkpoint(there[0].checkpoints / "100").step == 100
    shutil.rmtree(whole)  # pruned by the training
    write(here, REPORT, b'{"decision": "NO_GO"}')
    push(here)
    pull(there)
    assert not (there[0].checkpoints / "100").exists()
    assert shown(there, REPORT) == b'{"decision": "NO_GO"}'


def test_a_lost_mount_removes_no_checkpoint_elsewhere(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write_checkpoint(here[0].checkpoints, "run", 100)
    push(here)
    here[0].checkpoints.rename(tmp_path / "unmounted")
    push(here)
    pull(there)
    assert verify_checkpoint(there[0].checkpoints / "100").step == 100


KILLED = """
import sys
from pathlib import Path
from tests.runner.sync.places import pull, push
from core.paths import Home
from runner.settings import Settings
at = Home(Path(sys.argv[2])), Settings()
{"push": push, "pull": pull}[sys.argv[1]](at)
"""


def killed(at: tuple[object, object], s3: S3, url: str, what: str, place: str) -> int:
    home = at[0].root  # type: ignore[attr-defined]
    environment = os.environ | {
        "TRAINWEEK_SYNC_URL": url,
        "TRAINWEEK_SYNC_ENDPOINT": s3.endpoint,
        "TRAINWEEK_FAIL": f"{place}:kill",
    }
    done = subprocess.run(
        [sys.executable, "-c", KILLED, what, str(home)],
        env=environment,
        capture_output=True,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize("at", ["sync_put", "sync_committed"])
def test_a_killed_push_is_invisible_or_whole_and_goes_on(tmp_path: Path, s3: S3, at: str) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, EVENTS, header(1e9) + STEPS[0])
    write(here, REPORT, b"{}")
    assert killed(here, s3, url, "push", at) == -signal.SIGKILL
    done = pull(there)
    assert done.files == (0 if at == "sync_put" else 2)  # both files or none
    append(here, EVENTS, STEPS[1])
    write(here, REPORT, b'{"n": 2}')  # replaced since: this machine's own version
    assert not push(here).conflicts
    pull(there)
    assert (shown(there, EVENTS), shown(there, REPORT)) == (shown(here, EVENTS), b'{"n": 2}')


def test_a_killed_pull_goes_on(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, EVENTS, header(1e9) + STEPS[0])
    push(here)
    pull(there)
    append(here, EVENTS, STEPS[1])
    write_checkpoint(here[0].checkpoints, "run", 100)
    push(here)
    assert killed(there, s3, url, "pull", "sync_fetched") == -signal.SIGKILL
    append(here, EVENTS, STEPS[2])
    push(here)
    pull(there)
    assert shown(there, EVENTS) == shown(here, EVENTS)
    assert verify_checkpoint(there[0].checkpoints / "100").step == 100


def test_two_machines_write_one_folder_and_lose_nothing(tmp_path: Path, s3: S3) -> None:
    """Both ship at once what each of them sees; the second commit of a number is decided again."""
    url = s3.bucket()
    first, second = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url)
    write(first, EVENTS, header(1e9) + STEPS[0])
    write(second, EVENTS, header(1e9) + STEPS[0] + STEPS[1])  # the same file, seen later
    write(second, "reports/b.json", b"{}")
    with pushing(*first) as one, pushing(*second) as two:
        raced: list[str] = []

        def other_first(method: str, path: str) -> None:
            if method == "PUT" and path.endswith("/log/000000000001.json") and not raced:
                raced.append(path)
                two.look(lambda: NOW)

        s3.before = other_first
        write(first, "reports/a.json", b"{}")
        assert not one.look(lambda: NOW).conflicts
    assert raced
    there = place(tmp_path / "c", s3, url, record="")
    pull(there)
    assert shown(there, EVENTS) == shown(second, EVENTS)  # the longer one stays
    assert shown(there, "reports/a.json") == shown(there, "reports/b.json") == b"{}"


def test_what_another_machine_wrote_is_not_replaced(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    first, copy = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url)
    write(first, REPORT, b"one")
    write(first, EVENTS, header(1e9) + STEPS[0])
    push(first)
    write(copy, REPORT, b"another")
    write(copy, EVENTS, header(2e9) + STEPS[1] + STEPS[2])
    assert set(push(copy).conflicts) == {REPORT, EVENTS}
    assert set(pull(copy).conflicts) == {REPORT, EVENTS}  # nor what is here
    assert (shown(copy, REPORT), shown(first, REPORT)) == (b"another", b"one")
    there = place(tmp_path / "c", s3, url, record="")
    pull(there)
    assert (shown(there, REPORT), shown(there, EVENTS)) == (b"one", shown(first, EVENTS))


def test_a_newer_version_of_another_machine_is_no_conflict(tmp_path: Path, s3: S3) -> None:
    """On a shared folder that one of them sees late."""
    url = s3.bucket()
    first, late = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url)
    for at in (first, late):
        write(at, REPORT, b"one")
        push(at)
    write(first, REPORT, b"two")
    push(first)
    assert not push(late).conflicts
    write(late, REPORT, b"two")  # now it sees it
    assert push(late).files == 0
    write(late, REPORT, b"three")
    assert push(late).files == 1


def test_an_event_file_that_was_written_anew_is_fetched_anew(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, EVENTS, header(1e9) + STEPS[0])
    push(here)
    pull(there)
    write(here, EVENTS, header(2e9) + STEPS[5] + STEPS[6])
    push(here)
    pull(there)
    assert shown(there, EVENTS) == shown(here, EVENTS)


def test_another_record_may_not_ship_there(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    push(place(tmp_path / "a", s3, url))
    with pytest.raises(ConflictError, match=r"sync_url\) holds the files of another data"):
        push(place(tmp_path / "b", s3, url, record="two"))
    with pytest.raises(ConflictError, match="sync_url"):
        pull(place(tmp_path / "b", s3, url, record="two"))
    with pytest.raises(InputError, match=r"Nothing was shipped to .*sync_url"):
        pull(place(tmp_path / "c", s3, s3.bucket(), record=""))


def test_a_changed_object_is_not_written(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, REPORT, b"true")
    push(here)
    store = ObjectStore(*there)
    (name,) = store.names("objects")
    store.delete(name)
    store.put_new(name, b"wrong")
    with pytest.raises(IntegrityError, match="was changed"):
        pull(there)
    assert not (there[0].root / REPORT).exists()


@pytest.mark.parametrize(
    "path",
    ["../outside", "reports/../../outside", "logs/state/keys/x", "reports/ledger/audit.jsonl"],
)
def test_a_path_from_the_store_leads_nowhere_else(tmp_path: Path, s3: S3, path: str) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, REPORT, b"true")
    push(here)
    store = ObjectStore(*there)
    stored = json.loads(store.get("log/000000000001.json") or b"")
    stored["number"], stored["changes"][0]["path"] = 2, path
    store.put_new("log/000000000002.json", json.dumps(stored).encode())
    with pytest.raises(IntegrityError, match="Commit 2"):
        pull(there)


def test_an_emptied_store_is_filled_anew(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, REPORT, b"true")
    push(here)
    store = ObjectStore(*here)
    for name in [name for prefix in ("log", "objects") for name in store.names(prefix)]:
        store.delete(name)
    store.delete("store.json")
    assert push(here).files == 1
    assert pull(there).files == 1


def test_a_folder_is_a_store_too(tmp_path: Path, s3: S3) -> None:
    url = f"file://{tmp_path}/store/team"
    here, there = place(tmp_path / "a", s3, url), place(tmp_path / "b", s3, url, record="")
    write(here, REPORT, b"true")
    assert push(here).files == pull(there).files == 1
    assert shown(there, REPORT) == b"true"


def test_one_process_of_a_data_directory_ships_at_a_time(tmp_path: Path, s3: S3) -> None:
    here = place(tmp_path / "a", s3, s3.bucket())
    with pushing(*here), pytest.raises(ConflictError, match="ships or fetches now"):
        push(here)


def test_a_lost_state_costs_only_comparisons(tmp_path: Path, s3: S3) -> None:
    url = s3.bucket()
    here = place(tmp_path / "a", s3, url)
    write(here, EVENTS, header(1e9) + STEPS[0])
    write(here, REPORT, b"true")
    push(here)
    sync_state(here[0]).write_bytes(b"{")
    done = push(here)
    assert (done.files, done.conflicts) == (0, {})


def test_a_server_that_is_away_is_said_with_the_setting(tmp_path: Path, s3: S3) -> None:
    home, settings = place(tmp_path / "a", s3, "s3://bucket/team")
    away = settings.model_copy(update={"sync_endpoint": "http://127.0.0.1:9"})
    with pytest.raises(SetupError, match=r"sync_url, sync_endpoint\) can't be used now"):
        push((home, away))
