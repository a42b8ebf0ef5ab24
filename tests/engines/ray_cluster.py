"""A real Ray: one head with one node, in a network namespace of its own, since it listens everywhere."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from core.paths import CHECKOUT
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = CHECKOUT / ".venv-ray" / "bin" / "ray"
PREFIX = "tw-ray-"
WORKERS = "workers"  # the group of the second node
# A node that is gone counts as dead after some seconds.
QUICK = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
}


def missing() -> str:
    """What this machine does not have; empty: nothing."""
    if not PROGRAM.exists():
        return f"{PROGRAM} is not there"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    if os.geteuid() != 0:
        return "only root can make a network namespace"
    space = f"{PREFIX}probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", space], check=False, capture_output=True)
    if made.returncode != 0:
        return "no network namespace can be made here"
    _run("ip", "netns", "del", space)
    return ""


class RayCluster:
    """Started by :meth:`start`; its parts can be killed and started again.

    :ivar remembers: whether a new controller knows the jobs of the one before.
    :ivar dead_node: its word for a job on a node whose agent died; empty: Ray goes on saying RUNNING,
        since with the head's own node what it learns of jobs by has died.
    :ivar silence: part of what is said while the controller is dead.
    """

    name, remembers, dead_node, silence = "ray", False, "", "(ray_address)"

    def __init__(self) -> None:
        number = os.getpid()
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX))  # its sockets need a short path
        self.space, self.link = f"{PREFIX}{number}", f"twr{number}"
        net = f"10.231.{number // 64 % 256}.{number % 64 * 4}"
        base, last = net.rsplit(".", 1)
        self.here, self.there = f"{base}.{int(last) + 1}", f"{base}.{int(last) + 2}"
        self.address = f"http://{self.there}:8265"
        self.token = secrets.token_hex(32)
        self.group, self.worker = "debug", set[int]()

    def start(self) -> None:
        inside = f"{self.link}i"
        _run("ip", "netns", "add", self.space)
        _run("ip", "link", "add", self.link, "type", "veth", "peer", "name", inside, "netns", self.space)  # fmt: skip
        _run("ip", "addr", "add", f"{self.here}/30", "dev", self.link)
        _run("ip", "link", "set", self.link, "up")
        _run("ip", "-n", self.space, "addr", "add", f"{self.there}/30", "dev", inside)
        for each in (inside, "lo"):
            _run("ip", "-n", self.space, "link", "set", each, "up")
        self.start_controller()

    def start_controller(self) -> None:
        """A head; what an earlier one knew, it does not."""
        environment = self._environment()
        for left in (2, 1, 0):
            try:
                self._start_head(environment)
                break
            except AssertionError:  # a busy machine: Ray gives up waiting for its own raylet
                self.kill_controller()
                if not left:
                    raise
        wait_for(self.ready)

    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            **QUICK,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self.token,
        }

    def _start_head(self, environment: dict[str, str]) -> None:
        _run(
            "ip", "netns", "exec", self.space, str(PROGRAM), "start", "--head",
            f"--node-ip-address={self.there}", "--port=6399",
            f"--dashboard-host={self.there}", "--dashboard-port=8265",
            "--num-cpus=8", "--object-store-memory=80000000", f"--temp-dir={self.root}",
            f"--labels=ray.io/node-group={self.group}", "--disable-usage-stats",
            environment=environment,
        )  # fmt: skip

    def ready(self) -> bool:
        """Whether the head answers and its node takes jobs."""
        return self.nodes() > 0

    def nodes(self) -> int:
        """How many nodes the head takes for alive; 0 if it does not answer."""
        try:
            found = self.ask("/api/v0/nodes")["data"]["result"]["result"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return sum(node["state"] == "ALIVE" for node in found)

    def add_worker(self) -> None:
        """A second node, in a group of its own; with the next head it is gone."""
        before = set(self._own())
        _run(
            "ip", "netns", "exec", self.space, str(PROGRAM), "start",
            f"--address={self.there}:6399", f"--node-ip-address={self.there}",
            "--dashboard-agent-listen-port=52399", "--num-cpus=4",
            "--object-store-memory=80000000",
            f"--labels=ray.io/node-group={WORKERS}", "--disable-usage-stats",
            environment=self._environment(),
        )  # fmt: skip
        self.worker = {pid for pid in set(self._own()) - before if self._is_of_a_node(pid)}
        wait_for(lambda: self.nodes() == 2)

    def kill_worker(self) -> None:
        """The second node, at once: its raylet, agents and workers, not what its jobs have started."""
        below = {child.pid for pid in self.worker for child in _children(pid)}
        for pid in [*self.worker, *(below & set(self._own()))]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.worker = set()

    @staticmethod
    def _is_of_a_node(pid: int) -> bool:
        with suppress(OSError):
            return b"/raylet/raylet" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def remember(self, attempt_id: str) -> None:
        """Nothing: a head saves no job."""

    def kill_controller(self) -> None:
        """All that is Ray's, at once; what its jobs have started is not."""
        for pid in self._own():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not list(self._own()))

    def kill_agent(self) -> None:
        """The raylet: the node dies for Ray, the head lives."""
        for pid in self._own("/raylet/raylet "):
            os.kill(pid, signal.SIGKILL)

    def cut(self) -> None:
        """Nobody here reaches the cluster; it lives."""
        _run("ip", "link", "set", self.link, "down")

    def mend(self) -> None:
        _run("ip", "link", "set", self.link, "up")

    def revive(self) -> None:
        """A network and a head with a node; what jobs have started is left alone."""
        self.mend()
        if not self.ready() or not list(self._own("/raylet/raylet ")):
            self.kill_controller()
            self.start_controller()

    def ask_to_end(self, attempt_id: str) -> None:
        """What `ray job stop` does."""
        self.ask(f"/api/jobs/{attempt_id}/stop", {})

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            self.address + path, data, {"Authorization": f"Bearer {self.token}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(asked, timeout=10) as answer:
            return json.loads(answer.read())

    def jobs_of(self, attempt_id: str) -> list[str]:
        """Numbers of the jobs that bear this attempt's name."""
        listed = self.ask("/api/jobs/")
        return [each["submission_id"] for each in listed if each["submission_id"] == attempt_id]

    def heal(self) -> None:
        """There is a head with a node, and no job of an earlier test."""
        self.revive()
        for job in self.ask("/api/jobs/"):
            if job["status"] in ("RUNNING", "PENDING"):
                self.ask_to_end(job["submission_id"])

    def end(self) -> None:
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for words in (["link", "del", self.link], ["netns", "del", self.space]):
            subprocess.run(["ip", *words], check=False, capture_output=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def _own(self, part: str = "") -> Iterator[int]:
        """Ray's processes in the namespace: its programs, and workers, which name themselves."""
        for pid in self._pids():
            with suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                if part in line and (line.startswith("ray::") or "/site-packages/ray/" in line):
                    yield pid

    def _pids(self) -> list[int]:
        found = subprocess.run(
            ["ip", "netns", "pids", self.space], check=False, capture_output=True, text=True
        )
        return [int(line) for line in found.stdout.split()]


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def _run(*words: str, environment: dict[str, str] | None = None) -> None:
    with tempfile.TemporaryFile(
        "w+"
    ) as said:  # no pipe: what is started in the background keeps it
        done = subprocess.run(
            words,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=120,
        )
        said.seek(0)
        assert done.returncode == 0, said.read()
