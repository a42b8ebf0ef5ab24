"""The machine on which the pages are served, and the training process, if it runs there."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from core.vocabulary import LIVE_STATES, JobKind
from dashboard.components.moment_banner import NOT_KEPT
from dashboard.data.past_snapshot import PastSnapshot
from dashboard.formatting import number, size
from dashboard.panels.live_training.settings import key
from runner.client.host import HostLoad, host_load, process_load

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page, snapshot: Snapshot) -> None:
    """Draw the load in an expander; closed it costs nothing."""
    say = page.say
    opened = st.expander(
        say.raw("This machine"), icon=":material/memory:", key=key("host"), on_change="rerun"
    )
    if not opened.open:
        return
    if isinstance(snapshot, PastSnapshot):
        with opened:
            _then(page, snapshot)
        return
    load = host_load(snapshot.home.root)
    with opened:
        with st.grid(4, min_column_width=150, gap="small", key="host-load"):
            _process(page, snapshot, load)
            _load(page, load)
        words = [say("{host}: the machine that serves these pages, measured now.", host=load.name)]
        other = snapshot.runner.host
        if other and other != socket.gethostname():
            words.append(say("The runner works on {host}, which is not measured.", host=other))
        if not load.gpus:
            words.append(say("No NVIDIA GPU was found."))
        st.caption(" ".join(words))


def _load(page: Page, load: HostLoad) -> None:
    say = page.say
    _share(say.raw("Processors"), load.cpu, say.raw("{count} cores", count=load.cores))
    used = load.memory_used / max(load.memory_total, 1)
    _share(
        say.raw("Memory"), used,
        say.raw("{used} of {total}", used=size(load.memory_used), total=size(load.memory_total)),
    )  # fmt: skip
    full = 1 - load.disk_free / max(load.disk_total, 1)
    _share(say.raw("Disk"), full, say.raw("{free} free", free=size(load.disk_free)))
    for number_, gpu in enumerate(load.gpus, start=1):
        memory = say.raw("{used} of {total}", used=size(gpu.used), total=size(gpu.total))
        _share(f"GPU {number_} {gpu.name}", gpu.busy, memory)


def _then(page: Page, snapshot: PastSnapshot) -> None:
    """What the runner had written down of its machine."""
    say, words = page.say, []
    machine, load = snapshot.machine, snapshot.host_then
    if machine.line is None or load is None:
        words.append(say(NOT_KEPT))
    else:
        with st.grid(4, min_column_width=150, gap="small", key="host-load"):
            _load(page, load)
        time = f"{machine.line.at:%Y-%m-%d %H:%M:%S} UTC"
        words.append(
            say("{host}: the runner's machine, as it read it at {time}.", host=load.name, time=time)
        )
    if machine.damaged:
        words.append(
            say.text(
                plural(
                    "{n} line of logs/machine.jsonl is damaged and was skipped.",
                    "{n} lines of logs/machine.jsonl are damaged and were skipped.",
                    machine.damaged,
                )
            )
        )
    st.caption(" ".join(words))


def _share(label: str, share: float, note: str) -> None:
    with st.container(gap="xxsmall"):
        st.metric(label, f"{100 * share:.0f} %")
        st.progress(min(max(share, 0.0), 1.0))
        st.caption(note)


def _process(page: Page, snapshot: Snapshot, load: HostLoad) -> None:
    """The training process with all that it started; nothing if it does not run here."""
    say, job = page.say, snapshot.latest(JobKind.TRAIN)
    if job is None or job.state not in LIVE_STATES or job.pid is None:
        return
    if snapshot.runner.host not in {None, load.name}:
        return
    if (pulse := snapshot.pulse_of(job)) is not None and pulse.words is not None:
        return
    found = process_load(job.pid)
    if found is None:
        return
    with st.container(gap="xxsmall"):
        st.metric(say.raw("Training process"), say.raw("{cores} cores", cores=number(found.cpu)))
        st.progress(min(found.cpu / load.cores, 1.0))
        st.caption(say.raw("{memory} in memory", memory=size(found.memory)))
