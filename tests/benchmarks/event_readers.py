"""One reader of event files, measured in a process of its own.

``python -m tests.benchmarks.event_readers READER FILE TAIL``

Reads FILE, appends the bytes of TAIL to it (one more rollout), reads it again, cuts the
file back to its size, and prints one line of JSON: ``points, cold_s, cpu_s, extra_mb,
refresh_ms``. Imports are done before the clock starts. ``extra_mb`` is the peak of
resident memory above what was resident before the first read; of the Rust server, a
process of its own, it is its peak.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Count = Callable[[], int]  # reads what is new, gives the number of points


def trainweek(path: Path) -> Count:
    from core.telemetry import RunReader

    reader = RunReader(path)

    def read() -> int:
        reader.refresh()
        return sum(len(reader.series(tag)) for tag in reader.tags())

    return read


def trainweek_frame(path: Path) -> Count:
    """The same, as one DataFrame of all points."""
    from core.telemetry import RunReader

    reader = RunReader(path)

    def read() -> int:
        reader.refresh()
        return len(reader.frame())

    return read


def tbparse(path: Path) -> Count:
    from tbparse import SummaryReader

    columns = {"wall_time"}

    def read() -> int:
        found = SummaryReader(str(path), extra_columns=columns)
        return len(found.scalars) + len(found.tensors)  # TF2's scalars are among the tensors

    return read


def event_accumulator(path: Path) -> Count:
    """TensorBoard's reader in Python."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util

    events = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})

    def read() -> int:
        events.Reload()
        tags = events.Tags()
        count = sum(len(events.Scalars(tag)) for tag in tags["scalars"])
        for tag in tags["tensors"]:
            if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
                count += len(
                    [tensor_util.make_ndarray(e.tensor_proto) for e in events.Tensors(tag)]
                )
        return count

    return read


def event_file_loader(path: Path) -> Count:
    """TensorBoard's loader of one file, which everything in Python builds on."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    loader = EventFileLoader(str(path))
    points: list[tuple[str, int, float, float]] = []

    def read() -> int:
        for event in loader.Load():
            for value in event.summary.value:
                number = value.tensor.float_val[0]
                points.append((value.tag, event.step, event.wall_time, number))
        return len(points)

    return read


def protobuf_loop(path: Path) -> Count:
    """The plainest loop over the records, without any checksum."""
    from tensorboard.compat.proto.event_pb2 import Event

    def read() -> int:
        data = path.read_bytes()
        steps, walls, values = [], [], []
        at = 0
        while at < len(data):
            length = int.from_bytes(data[at : at + 8], "little")
            event = Event.FromString(data[at + 12 : at + 12 + length])
            for value in event.summary.value:
                steps.append(event.step)
                walls.append(event.wall_time)
                values.append(value.simple_value)
            at += 16 + length
        return len(steps)

    return read


READERS = {
    reader.__name__: reader
    for reader in (
        trainweek, trainweek_frame, tbparse, event_accumulator, event_file_loader, protobuf_loop,
    )
}  # fmt: skip
IMPORTS = ("core.telemetry", "tbparse", "tensorboard.compat.proto.event_pb2")


def main() -> None:
    name, path, tail = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    size = path.stat().st_size
    try:
        measured = rust(path, tail, name) if name.startswith("rust") else python(name, path, tail)
    finally:
        os.truncate(path, size)
    print(json.dumps(measured))


def python(name: str, path: Path, tail: Path) -> dict[str, float]:
    for module in IMPORTS:
        __import__(module)
    read = READERS[name](path)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of the imports
    before = resident_mb("VmRSS")
    start, busy = time.perf_counter(), time.process_time()
    points = read()
    cold, cpu = time.perf_counter() - start, time.process_time() - busy
    extra = resident_mb("VmHWM") - before
    append(path, tail)
    start = time.perf_counter()
    assert read() > points
    refresh = time.perf_counter() - start
    return _row(points, cold, cpu, extra, refresh)


def rust(path: Path, tail: Path, name: str) -> dict[str, float]:
    """TensorBoard's data server, from its start until ReadScalars gives all points.

    ``rust_checked`` verifies checksums, ``rust`` (as TensorBoard starts it) does not. It
    polls the file every second; its refresh includes that wait.
    """
    import grpc
    import psutil
    import tensorboard_data_server
    from tensorboard.data.proto import data_provider_pb2 as messages
    from tensorboard.data.proto.data_provider_pb2_grpc import TensorBoardDataProviderStub

    expected = count_of(path)
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        start = time.perf_counter()
        server = subprocess.Popen(
            [
                tensorboard_data_server.server_binary(),
                f"--logdir={path.parent}",
                "--reload=1",
                "--samples-per-plugin=scalars=all",
                "--port=0",
                f"--port-file={port_file}",
                "--die-after-stdin",
                *(["--checksum"] if name == "rust_checked" else []),
            ],
            stdin=subprocess.PIPE,
        )
        try:
            while not port_file.exists() or not port_file.read_text().endswith("\n"):
                time.sleep(0.001)
            channel = grpc.insecure_channel(
                f"localhost:{int(port_file.read_text())}",
                options=[("grpc.max_receive_message_length", 1 << 30)],
            )
            stub = TensorBoardDataProviderStub(channel)

            def newest() -> tuple[int, int]:
                """Tags, and the lowest of their newest steps: cheap to ask."""
                request = messages.ListScalarsRequest(experiment_id="x")
                request.plugin_filter.plugin_name = "scalars"
                runs = stub.ListScalars(request).runs
                steps = [tag.metadata.max_step for run in runs for tag in run.tags]
                return len(steps), min(steps, default=-1)

            def read() -> int:
                request = messages.ReadScalarsRequest(experiment_id="x")
                request.plugin_filter.plugin_name = "scalars"
                request.downsample.num_points = 1 << 30
                runs = stub.ReadScalars(request).runs
                return sum(len(tag.data.value) for run in runs for tag in run.tags)

            def until(points: int, tags: int, step: int) -> None:
                deadline = time.monotonic() + 300
                while newest() != (tags, step) or read() != points:
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"The data server never gave {points} points.")
                    time.sleep(0.005)

            points, tags, step, stride = expected
            until(points, tags, step)
            cold = time.perf_counter() - start
            cpu = sum(psutil.Process(server.pid).cpu_times()[:2])
            peak = resident_mb("VmHWM", server.pid)
            append(path, tail)
            start = time.perf_counter()
            until(points + tags, tags, step + stride)
            refresh = time.perf_counter() - start
        finally:
            server.kill()
            server.wait()
    return _row(points, cold, cpu, peak, refresh)


def _row(points: int, cold: float, cpu: float, extra: float, refresh: float) -> dict[str, float]:
    return {
        "points": points,
        "cold_s": cold,
        "cpu_s": cpu,
        "extra_mb": extra,
        "refresh_ms": refresh * 1e3,
    }


def count_of(path: Path) -> tuple[int, int, int, int]:
    """Points, tags, last step, and steps between two rollouts."""
    from core.telemetry import RunReader

    reader = RunReader(path)
    reader.refresh()
    series = [reader.series(tag) for tag in reader.tags()]
    steps = series[0].step
    return sum(map(len, series)), len(series), int(steps[-1]), int(steps[-1] - steps[-2])


def append(path: Path, tail: Path) -> None:
    with path.open("ab") as file:
        file.write(tail.read_bytes())


def resident_mb(field: str, pid: int | str = "self") -> float:
    """``VmRSS`` (now) or ``VmHWM`` (peak) of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/status has no {field}.")


if __name__ == "__main__":
    main()
