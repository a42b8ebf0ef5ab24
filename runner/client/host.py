"""Load of the machine on which the pages are served: processors, memory, disk, GPUs.

It is read when somebody looks; nothing is recorded. Runs of another machine are not measured.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import socket
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from pathlib import Path

FRESH_S = 2.0  # readings are shared by all sessions for so long
_NAME_BYTES = 96


@dataclass(frozen=True)
class Gpu:
    """One GPU. ``busy``: share of the last second in which it computed, 0 to 1."""

    name: str
    busy: float
    used: int  # bytes
    total: int


@dataclass(frozen=True)
class HostLoad:
    """One reading of a machine. Shares are 0 to 1, sizes in bytes."""

    name: str
    cores: int
    cpu: float  # share of all cores since the reading before
    memory_used: int
    memory_total: int
    disk_free: int  # of the file system with the home
    disk_total: int
    gpus: tuple[Gpu, ...] = ()


@dataclass(frozen=True)
class ProcessLoad:
    """One process with all that it started. ``cpu`` in cores: 1.0 is one core."""

    cpu: float
    memory: int  # bytes, resident


_LOCK = threading.Lock()
_read: dict[Path, tuple[float, HostLoad]] = {}
_processes: dict[int, psutil.Process] = {}
psutil.cpu_percent()  # a share is of the time since the call before: the first one has none


def host_load(home: Path) -> HostLoad:
    """The load of this machine, at most :data:`FRESH_S` old."""
    with _LOCK:
        at, known = _read.get(home, (0.0, None))
        now = time.monotonic()
        if known is None or now - at > FRESH_S:
            known = _fresh(home)
            _read[home] = now, known
        return known


def process_load(pid: int) -> ProcessLoad | None:
    """The load of a process of this machine and its children; None if there is none."""
    try:
        with _LOCK:
            root = _known(pid)
            family = [root, *(_known(child.pid) for child in root.children(recursive=True))]
            cpu = sum(one.cpu_percent() for one in family) / 100
            return ProcessLoad(cpu, sum(one.memory_info().rss for one in family))
    except psutil.Error:
        return None


def _known(pid: int) -> psutil.Process:
    """The same object for the same process: its processor time is measured between two calls."""
    found = _processes.get(pid)
    if found is None or not found.is_running():
        if len(_processes) > 200:
            _processes.clear()
        found = _processes[pid] = psutil.Process(pid)
    return found


def _fresh(home: Path) -> HostLoad:
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(home))
    return HostLoad(
        name=socket.gethostname(),
        cores=psutil.cpu_count() or 1,
        cpu=psutil.cpu_percent() / 100,
        memory_used=memory.total - memory.available,
        memory_total=memory.total,
        disk_free=disk.free,
        disk_total=disk.total,
        gpus=tuple(_gpus()),
    )


class _Utilization(ctypes.Structure):
    _fields_ = [("gpu", ctypes.c_uint), ("memory", ctypes.c_uint)]


class _Memory(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in ("total", "free", "used")]


@cache
def _nvml() -> Any:
    """NVIDIA's management library, which comes with the driver; None without it."""
    try:
        library = ctypes.CDLL("libnvidia-ml.so.1")
        return library if library.nvmlInit_v2() == 0 else None
    except (OSError, AttributeError):
        return None


def _gpus() -> list[Gpu]:
    library, found = _nvml(), []
    if library is None:
        return []
    count = ctypes.c_uint()
    if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
        return []
    for index in range(count.value):
        handle, name = ctypes.c_void_p(), ctypes.create_string_buffer(_NAME_BYTES)
        busy, memory = _Utilization(), _Memory()
        good = (
            library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)),
            library.nvmlDeviceGetName(handle, name, _NAME_BYTES),
            library.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(busy)),
            library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)),
        )
        if not any(good):
            label = name.value.decode("utf-8", "replace")
            found.append(Gpu(label, busy.gpu / 100, memory.used, memory.total))
    return found
