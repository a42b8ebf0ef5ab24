"""Settings of a new run: seed, learning rate, ent_coef and a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.vocabulary import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.playbook import TrainingSettings
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

OWN = ("seed", "learning_rate", "ent_coef")


def ask(page: Page, snapshot: Snapshot) -> None:
    """Draw the fields; :func:`given` reads them when the run is started."""
    say, training = page.say, snapshot.week.playbook.training
    earlier = earlier_settings(snapshot, training)
    if training.command is None:
        proposed = {
            "seed": free_seed(training, earlier),
            "learning_rate": training.learning_rate,
            "ent_coef": training.ent_coef,
        }
        for column, name in zip(st.columns(3, gap="small"), OWN, strict=True):
            with column:
                key = _key(name, earlier)
                st.text_input(name, value=f"{proposed[name]:g}", key=key, max_chars=20)
        typed = {name: getattr(training, name) for name in OWN} | given(snapshot)
        if same := repeats(typed, earlier):
            text = say("The same seed and settings as {run}: it repeats that run.", run=same)
            st.markdown(f":orange[:material/content_copy: {text}]")
    st.text_input(
        say.raw("Note"),
        key=_key("note", earlier),
        max_chars=200,
        placeholder=say.raw("What is this run for?"),
    )


def given(snapshot: Snapshot) -> dict[str, Any]:
    """The settings and the note as they are typed now, as parameters of the job."""
    training = snapshot.week.playbook.training
    earlier = earlier_settings(snapshot, training)
    params: dict[str, Any] = {}
    for name in OWN:
        text = st.session_state.get(_key(name, earlier))
        if text is None or training.command is not None:
            continue
        number = _number(text, whole=name == "seed")
        if number != getattr(
            training, name
        ):  # the playbook's own value needs no line of the ledger
            params[name] = number
    if note := str(st.session_state.get(_key("note", earlier)) or "").strip():
        params["note"] = note
    return params


def _key(name: str, earlier: Mapping[str, Any]) -> str:
    """Another key after each run, so that the fields propose its successor's values."""
    return f"start:{name}:{len(earlier)}"


def earlier_settings(snapshot: Snapshot, training: TrainingSettings) -> dict[str, dict[str, Any]]:
    """Seed, learning rate and ent_coef of each run of the week, by its name."""
    found: dict[str, dict[str, Any]] = {}
    for job in snapshot.jobs:
        if job.kind is JobKind.TRAIN and job.run and job.attempt:
            values = {name: job.params.get(name, getattr(training, name)) for name in OWN}
            found.setdefault(job.run, values)
    return found


def free_seed(training: TrainingSettings, earlier: Mapping[str, Mapping[str, Any]]) -> int:
    """The playbook's seed, or the next one that no run of the week had."""
    taken, seed = {each["seed"] for each in earlier.values()}, training.seed
    while seed in taken:
        seed += 1
    return seed


def repeats(params: Mapping[str, Any], earlier: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The run that has the same settings; None if there is none."""
    own = {name: params.get(name) for name in OWN}
    return next((run for run, values in earlier.items() if values == own), None)


def _number(text: str, *, whole: bool) -> int | float | str:
    """The number that was typed; the text itself is refused by the client, with its bounds."""
    try:
        return int(text) if whole else float(text.strip().replace(",", "."))
    except ValueError:
        return text
