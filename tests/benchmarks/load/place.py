"""What is put under load: the pages of a busy week, and a bare page of Streamlit beside them."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

from core.vocabulary import JobKind, JobState
from runner.cli.page_address import link_of
from tests.benchmarks.overhead import submit_jobs, wait_for_all, worker_commands
from tests.benchmarks.supervised import supervised
from tests.browser.place import Site, free_port, wait_for
from tests.event_files import append_events, write_events
from tests.expected import job_of, present

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.paths import Home
    from runner.client import Client
    from tests.event_files import Point

JOBS = 8
TAGS = (
    "rollout/ep_rew_mean", "rollout/ep_len_mean", "train/approx_kl", "train/loss",
    "train/value_loss", "train/policy_gradient_loss", "train/explained_variance",
    "train/entropy_loss", "eval/sharpe", "time/fps",
)  # fmt: skip
_BARE = """
import plotly.graph_objects as go
import streamlit as st

@st.fragment(run_every=3.0)
def body():
    st.markdown("### A page")
    st.plotly_chart(go.Figure(go.Scatter(x=list(range(500)), y=[i % 17 for i in range(500)])))

body()
"""


class Served:
    """A server of pages and how to come in.

    :ivar process: the one that serves.
    """

    def __init__(self, url: str, cookies: dict[str, str], process: psutil.Process) -> None:
        self.url, self.cookies, self.process = url, cookies, process

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        return self.process.memory_info().rss / 1e6

    @property
    def descriptors(self) -> int:
        """Open file descriptors."""
        return self.process.num_fds()


@contextmanager
def pages(root: Path, scalars: int) -> Iterator[Served]:
    """A training in progress with so many scalars, that writes more each second, and live jobs."""
    site = Site(root)
    try:
        with (
            supervised(site.home, worker_commands()) as (client, _),
            _training(site.home, client, scalars),
        ):
            submit_jobs(site.home, client, JOBS - 1)
            wait_for_all(client, JOBS)
            with served(site) as found:
                yield found
    finally:
        site.close()


@contextmanager
def served(site: Site) -> Iterator[Served]:
    """The dashboard of a home, with the cookie of somebody who was let in."""
    site.serve()
    at = urlsplit(link_of(site.home, site.url))
    connection = http.client.HTTPConnection(present(at.hostname), present(at.port))
    connection.request("GET", f"{at.path}?{at.query}")
    name, _, value = present(connection.getresponse().getheader("set-cookie")).partition("=")
    connection.close()
    yield Served(site.url, {name: value.partition(";")[0]}, _listening(site.port))


@contextmanager
def bare(folder: Path, code: str = _BARE) -> Iterator[Served]:
    """Streamlit with one chart that ticks, or with what ``code`` shows, and nothing else."""
    script, port = folder / "bare.py", free_port()
    script.write_text(code)
    child = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
            f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none",
            "--browser.gatherUsageStats=false",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: _listens(port), "the bare page")
        yield Served(f"http://127.0.0.1:{port}", {}, _listening(port))
    finally:
        child.terminate()
        child.wait()


def _listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _listening(port: int) -> psutil.Process:
    """The process of ours that listens there."""
    for process in psutil.Process().children(recursive=True):
        for each in process.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port:
                return process
    raise LookupError(f"nothing of ours listens on port {port}")


@contextmanager
def _training(home: Home, client: Client, scalars: int) -> Iterator[None]:
    """A live training run with its event file, to which a thread appends as a trainer does."""
    job = job_of(client.submit(JobKind.TRAIN, {"override_reason": "to measure load"}))
    wait_for(lambda: present(client.job(job.id)).state is JobState.RUNNING, "the training")
    points, began = scalars // len(TAGS), time.time()
    folder = home.run_attempt(present(present(client.job(job.id)).run), 1)
    file = write_events(folder, _points(0, points, began - points / 100, 0.01))
    stop = threading.Event()

    def write() -> None:
        step = points
        while not stop.wait(1.0):
            append_events(file, _points(step, step + 1, time.time(), 1.0))
            step += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def _points(first: int, end: int, wall: float, pace: float) -> dict[str, list[Point]]:
    """Values that rise slowly, for every tag."""
    return {
        tag: [(i, wall + (i - first) * pace, 0.5 + i * 1e-6) for i in range(first, end)]
        for tag in TAGS
    }
