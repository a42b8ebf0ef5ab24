"""The shim: small, hard to end, and never in the program's way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from runner.executors.local import SHIM
from runner.processes import shim
from tests.runner.place import Place, wait_for

WRITES = "import sys, time; [print('line', n, flush=True) or time.sleep(0.001) for n in range(int(sys.argv[1]))]"


def folder_with(tmp_path: Path, *argv: str, **command: object) -> Path:
    tmp_path.mkdir(exist_ok=True)
    values = {"argv": argv, "cwd": "/", "mark": "a-mark", "heartbeat_s": 0.05}
    (tmp_path / "command.json").write_text(json.dumps(values | command))
    return tmp_path


def run_shim(folder: Path, mark: str = "a-mark", **more: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(SHIM), str(folder)],
        env=os.environ | {"TRAINWEEK_ATTEMPT": mark},
        stderr=(folder / "shim.log").open("ab"),
        **more,
    )


def exit_of(folder: Path) -> dict:
    wait_for((folder / "exit.json").exists)
    return json.loads((folder / "exit.json").read_text())


def test_it_is_smaller_than_twenty_megabytes(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, sys.executable, "-c", "import time; time.sleep(0.7)")
    running = run_shim(folder)
    wait_for((folder / "heartbeat").exists)
    assert psutil.Process(running.pid).memory_info().rss < 20_000_000
    assert running.wait(timeout=60) == 0
    assert exit_of(folder)["exit_code"] == 0


def test_it_imports_nothing_of_ours() -> None:
    code = f"import runpy, sys; runpy.run_path({str(SHIM)!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert not {"runner", "core", "psutil", "pathlib"} & set(done.stdout.split())


def test_a_start_that_was_given_up_does_nothing(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, sys.executable, "-c", "print('started')")
    assert run_shim(folder, mark="another").wait(timeout=60) == 125
    assert not (folder / "output.log").exists()


@pytest.mark.parametrize(
    ("word", "why"), [("a\0", "embedded null byte"), ("\ud800", "surrogates not allowed")]
)
def test_a_command_that_no_system_can_start_leaves_an_exit_record(
    tmp_path: Path, word: str, why: str
) -> None:
    folder = folder_with(tmp_path, sys.executable, word)
    assert run_shim(folder).wait(timeout=60) == 0
    ended = exit_of(folder)
    assert (ended["exit_code"], ended["signal"]) == (None, None)
    assert why in ended["error"]
    assert ascii(word) in ended["error"]


def test_a_long_log_is_cut_and_the_program_writes_on(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, sys.executable, "-c", WRITES, "600", log_bytes=1500, log_files=3)
    assert run_shim(folder).wait(timeout=30) == 0
    logs = sorted(path.name for path in folder.glob("output.log*"))
    assert logs == ["output.log", "output.log.1", "output.log.2"]
    text = (folder / "output.log").read_text()
    assert "[trainweek] log truncated: earlier lines are in output.log.1" in text
    assert "line 599\n" in text + (folder / "output.log.1").read_text()
    assert exit_of(folder)["exit_code"] == 0


def test_one_enormous_line_is_not_kept_whole(tmp_path: Path) -> None:
    log = shim.Log(str(tmp_path), most=1000, files=2)
    os.write(log.descriptor, b"x" * 50_000)
    log.cap()
    assert (tmp_path / "output.log.1").stat().st_size == 1000
    assert "49000 bytes of them lost" in (tmp_path / "output.log").read_text()
    os.close(log.descriptor)


def test_what_is_written_while_the_log_is_copied_is_kept_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = shim.Log(str(tmp_path), most=1000, files=3), shim.Log._copy
    late = [b"Traceback: the reason\n", b"and its end\n"]

    def copy(self: shim.Log, start: int, end: int, target: str, mode: str) -> int:
        done = real(self, start, end, target, mode)
        if late:
            os.write(self.descriptor, late.pop(0))
        return done

    monkeypatch.setattr(shim.Log, "_copy", copy)
    os.write(log.descriptor, b"x" * 1500)
    log.cap()
    kept = (tmp_path / "output.log.1").read_bytes()
    assert kept == b"x" * 1000 + b"Traceback: the reason\nand its end\n"
    assert "500 bytes of them lost" in (tmp_path / "output.log").read_text()
    os.close(log.descriptor)


def test_a_log_that_is_written_faster_than_it_is_copied_is_cut_and_the_loss_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = shim.Log(str(tmp_path), most=1000, files=2), shim.Log._copy

    def copy(self: shim.Log, start: int, end: int, target: str, mode: str) -> int:
        done = real(self, start, end, target, mode)
        os.write(self.descriptor, b"y" * 900)
        return done

    monkeypatch.setattr(shim.Log, "_copy", copy)
    os.write(log.descriptor, b"x" * 1500)
    log.cap()
    kept = (tmp_path / "output.log.1").stat().st_size
    # 1,500 x were written, then 900 y a copy; the last 900 come after the last copy.
    written = 1500 + 900 * (1 + (kept - 1000) // 900)
    assert f"{written - kept} bytes of them lost" in (tmp_path / "output.log").read_text()
    os.close(log.descriptor)


def test_a_disk_without_room_for_a_copy_loses_the_log_not_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = shim.Log(str(tmp_path), most=1000, files=2)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log, "_copy", full)
    os.write(log.descriptor, b"x" * 1500)
    log.cap()
    assert (tmp_path / "output.log").stat().st_size == 1500  # perhaps there is room later
    os.write(log.descriptor, b"x" * 1500)
    log.cap()
    text = (tmp_path / "output.log").read_text()
    assert text == "[trainweek] log truncated: earlier lines are lost (No space left on device)\n"
    os.close(log.descriptor)


def test_a_full_disk_leaves_the_kept_history_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = shim.Log(str(tmp_path), most=1000, files=4)
    history = {f"output.log.{number}": f"older {number}\n" for number in (1, 2, 3)}
    for name, text in history.items():
        (tmp_path / name).write_text(text)

    def half(path: str, mode: str = "r", **more: Any) -> object:
        if mode in ("wb", "ab"):
            Path(path).write_bytes(b"half a copy")
            raise OSError(28, "No space left on device")
        return Path(path).open(mode, **more)

    def kept() -> dict[str, str]:
        return {path.name: path.read_text() for path in tmp_path.glob("output.log.*")}

    with monkeypatch.context() as patched:
        patched.setattr(shim, "open", half, raising=False)
        os.write(log.descriptor, b"x" * 1500)
        for _ in range(5):
            log.cap()
            assert kept() == history
        os.write(log.descriptor, b"x" * 1500)
        log.cap()  # twice too long: cut all the same
        assert kept() == history
    assert "(No space left on device)" in (tmp_path / "output.log").read_text()
    os.write(log.descriptor, b"y" * 1500)
    log.cap()
    assert kept()["output.log.1"] == "y" * 1000
    assert [kept()[f"output.log.{number}"] for number in (2, 3)] == ["older 1\n", "older 2\n"]
    os.close(log.descriptor)


FILLED = """
mount -t tmpfs -o size=256k small $DISK
cp $FOLDER/command.json $DISK/
$PYTHON -I -S $SHIM $DISK 2>$FOLDER/shim.log &
until test -s $DISK/identity.json; do sleep 0.05; done
head -c 1000000 /dev/zero > $DISK/spare 2>/dev/null || true
touch $FOLDER/go
sleep 1
test ! -s $DISK/exit.json
rm $DISK/spare
wait
cp $DISK/exit.json $DISK/identity.json $FOLDER/
"""


def test_a_full_disk_does_not_end_it_and_the_exit_code_is_kept(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    go = tmp_path / "folder" / "go"
    code = f"import os, sys, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)\nsys.exit(7)"
    folder = folder_with(tmp_path / "folder", sys.executable, "-I", "-S", "-c", code)
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-ec", FILLED],
        env=os.environ
        | {"DISK": str(disk), "FOLDER": str(folder), "PYTHON": sys.executable, "SHIM": str(SHIM)}
        | {"TRAINWEEK_ATTEMPT": "a-mark"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"this machine does not allow mounts in a namespace: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "exit.json").read_text())["exit_code"] == 7
    assert json.loads((folder / "identity.json").read_text())["child"] is not None
    assert "exit.json can't be written: No space left" in (folder / "shim.log").read_text()


def test_the_control_group_goes_with_the_attempt(place: Place) -> None:
    job = place.submit(do="complete")
    service = place.service()
    place.until(service, job)
    group = json.loads((place.folder(job) / "identity.json").read_text())["cgroup"]
    if group is None:
        pytest.skip("this user may not make a control group")
    wait_for(lambda: not Path(group).exists())
