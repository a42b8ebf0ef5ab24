"""Where the next run is to run: the lead's choice in the place of the playbook's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.job_params import TrainParams, stored_params
from core.playbook.placement import Placement
from core.vocabulary import JobKind, Right
from dashboard.kept_choice import kept_choice

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

_KEY = "start:placement"
_PARTS = ("cpus", "memory_gb", "gpus", "partition", "time_limit_h")
_WHOLE = frozenset({"cpus", "gpus"})


def usual(snapshot: Snapshot, *, resume: bool) -> Placement:
    """Where the run goes if nobody chooses: where it was, else where the playbook says."""
    newest = snapshot.latest(JobKind.TRAIN)
    if resume and newest is not None:
        kept = stored_params(TrainParams, newest.params).placement
        if kept is not None:
            return kept
    return snapshot.week.playbook.training.placements.get("train", Placement())


def ask(page: Page, snapshot: Snapshot, *, resume: bool) -> None:
    """Draw where it runs, and for the lead the fields; :func:`given` reads them at the start."""
    say, proposed = page.say, usual(snapshot, resume=resume)
    if page.denied(Right.PLAN) is not None:
        if proposed.executor != "local":
            st.caption(say("Runs on: {where}.", where=say(proposed.text)))
        return
    with st.expander(
        say("Runs on: {where}.", where=say(proposed.text)),
        icon=":material/dns:",
        key=f"{_KEY}:open",
    ):
        executors = [proposed.executor, *({"local", "slurm", "ray"} - {proposed.executor})]
        named = {"local": say.raw("the runner's machine"), "slurm": "Slurm", "ray": "Ray"}
        chosen = kept_choice(
            st.selectbox,
            say.raw("Runs on"),
            {name: named[name] for name in sorted(executors, key=executors.index)},
            key=_key("executor", resume=resume),
        )
        if chosen == "local":
            return
        captions = {
            "cpus": say.raw("Processors"),
            "memory_gb": say.raw("Memory, GB"),
            "gpus": say.raw("GPUs"),
            "partition": say.raw("Partition"),
            "time_limit_h": say.raw("Time limit, h"),
        }
        for column, name in zip(st.columns(len(_PARTS), gap="small"), _PARTS, strict=True):
            value = getattr(proposed, name)
            with column:
                st.text_input(
                    captions[name],
                    value=f"{value}" if value else "",
                    key=_key(name, resume=resume),
                    max_chars=64,
                )
        st.caption(say("What is left empty is the cluster's to decide."))


def given(page: Page, snapshot: Snapshot, *, resume: bool) -> dict[str, Any]:
    """The placement as it is chosen now, as a parameter of the job; empty: as usual."""
    executor = st.session_state.get(_key("executor", resume=resume))
    if executor is None or page.denied(Right.PLAN) is not None:
        return {}
    asked: dict[str, Any] = {"executor": executor}
    if executor != "local":
        for name in _PARTS:
            text = str(st.session_state.get(_key(name, resume=resume)) or "").strip()
            if text:
                asked[name] = text if name == "partition" else _number(text, whole=name in _WHOLE)
    same = usual(snapshot, resume=resume).model_dump(exclude_defaults=True)
    return {} if asked == {"executor": "local"} | same else {"placement": asked}


def _key(name: str, *, resume: bool) -> str:
    """Another one for a resume, whose usual values are the run's own."""
    return f"{_KEY}:{name}:{'resume' if resume else 'new'}"


def _number(text: str, *, whole: bool) -> int | float | str:
    """The number that was typed; the text itself is refused by the client."""
    try:
        return int(text) if whole else float(text.replace(",", "."))
    except ValueError:
        return text
