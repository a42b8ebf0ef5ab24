"""A slot's checklist: one row per item, with its verdict, evidence and tick."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core.checks import judge_slot
from core.language import Message, plural, said
from core.vocabulary import ADVERSE, Right, Verdict
from dashboard.components import evidence, outcomes, thing_link
from dashboard.components.file_link import file_links
from dashboard.components.reading_text import aged_text, window_text
from dashboard.components.states import badge, icon
from dashboard.components.tick_form import CHECK, tick_cell
from dashboard.components.why_not import why_not
from dashboard.formatting import age, number
from dashboard.wording import plain
from runner.week.judged_moment import is_early, playbook_of, run_finished

if TYPE_CHECKING:
    from core.checks.judgement import Judgement
    from core.playbook import SlotSpec
    from core.week import EarlierPlaybook
    from dashboard.data.snapshot import Item, Snapshot
    from dashboard.page import Page

WIDTHS = (3.7, 4.5, 2.6)
RESULT = "result.json"  # in the source of a reading that comes from a job


def checklist(page: Page, snapshot: Snapshot, slot: SlotSpec, *, notes: bool = True) -> None:
    """All items of a slot, with "Tick all that pass" and the slot's notes."""
    say = page.say
    items = snapshot.items(slot)
    if not items:
        st.caption(say("This slot has no checks."))
        return
    heading(page, snapshot, slot, items)
    thing_link.say_missing(page, snapshot, CHECK, [item.judgement.check for item in items])
    actions_row(page, snapshot, slot, items)  # above its rows: in the first screen of a phone
    with st.container(gap="xsmall"):
        for item in items:
            row(page, snapshot, slot, item)
    outcomes.show(page, f"slot:{slot.id}")
    if notes:
        _notes(page, snapshot, slot)


def heading(page: Page, snapshot: Snapshot, slot: SlotSpec, items: list[Item]) -> None:
    """How many items passed and were ticked, the moment of the data, and the slot's owner."""
    say, at = page.say, snapshot.at(slot)
    as_of = items[0].judgement.as_of
    passed = sum(item.judgement.verdict is Verdict.PASS for item in items)
    ticked = sum(item.tick is not None for item in items)
    if is_early(slot, snapshot):
        text = say(
            "Due {time} (in {age}). Judged on the data at that time.",
            time=page.viewer.time(at),
            age=age(at - snapshot.now_week),
        )
    elif as_of > snapshot.now_week and (finished := run_finished(snapshot)) is not None:
        text = say(
            "Run finished: judged on the data at its end, {time}", time=page.viewer.moment(finished)
        )
    else:
        moment = page.viewer.moment(as_of)
        if as_of < snapshot.now_week:
            text = say("Judged on the data at {time}", time=moment)
        else:
            text = say("Judged now, {time}", time=moment)
    total = len(items)
    counts = (
        f"**{say('{passed} of {total} passed', passed=passed, total=total)}** · "
        f"{say('{ticked} of {total} ticked', ticked=ticked, total=total)}"
    )
    owner = playbook_of(slot, snapshot).roles[slot.owner].title.in_(page.viewer.language)
    st.markdown(f"{counts} · :gray[{text} · {plain(owner)}]")
    if replaced := snapshot.week.replaced_playbook_of(slot, run_finished(snapshot)):
        st.markdown(replaced_note(page, replaced))
    if is_early(slot, snapshot) and snapshot.run is not None:
        _preview(page, snapshot, slot)


def replaced_note(page: Page, replaced: EarlierPlaybook) -> str:
    """Markdown: which earlier playbook of the week judged this."""
    text = page.say(
        "Judged under playbook `{sha}`, which was replaced {time}.",
        sha=replaced.sha256[:12],
        time=page.viewer.moment(replaced.until),
    )
    return f":small[:blue[:material/history: {text}]]"


def _preview(page: Page, snapshot: Snapshot, slot: SlotSpec) -> None:
    """What the check would say now; it is no verdict."""
    say, playbook = page.say, playbook_of(slot, snapshot)
    judged = judge_slot(playbook, slot.id, snapshot.facts)
    passed = sum(each.verdict is Verdict.PASS for each in judged)
    others = [
        f"{icon(each.verdict)} "
        + plain(playbook.checks[each.check].title.in_(page.viewer.language))
        for each in judged
        if each.verdict is not Verdict.PASS
    ]
    line = say("If judged now: **{passed} of {total} pass**", passed=passed, total=len(judged))
    st.markdown(f":blue[:material/preview: {line}]" + "".join(f"  \n{each}" for each in others))


def row(page: Page, snapshot: Snapshot, slot: SlotSpec, item: Item) -> None:
    """One item: verdict, question and reason, value and limit, source and age, tick."""
    say, judged = page.say, item.judgement
    spec = playbook_of(slot, snapshot).checks[judged.check]
    title = spec.title.in_(page.viewer.language)
    with st.container(border=True, gap="xsmall", key=f"item-{slot.id}-{judged.check}"):
        what, value, tick = st.columns(WIDTHS, vertical_alignment="center", gap="xsmall")
        what.markdown(
            f"{badge(judged.verdict, say)} **{plain(title)}**  \n"
            f":small[:gray[{say.text(judged.why)}]]"
        )
        from_ = source_text(page, snapshot, judged)
        value.markdown(
            f"**{say(judged.value_text)}** :gray[{limit_text(page, judged)}]"
            + (f"  \n:small[:gray[{from_}]]" if from_ else ""),
            help=say.text(judged.reading.source) if judged.reading else None,
        )
        with value:
            evidence.button(page, snapshot, slot, judged, spec.metric)
        with tick:
            tick_cell(page, snapshot, slot, item, title)
        thing_link.opened(page, CHECK, judged.check)
        evidence.chart(page, snapshot, slot, judged, spec)
        if judged.verdict in ADVERSE:
            st.markdown(
                f":red[:material/build: **{say('Action')}**] "
                f"{plain(spec.action.in_(page.viewer.language))}"
            )
        file_links(page, f"{slot.id}-{judged.check}", judged.why)
        if judged.evidence:
            st.markdown(
                f":small[:blue[:material/insights: {say('Evidence')}] {say.text(judged.evidence)}]"
            )


def limit_text(page: Page, judged: Judgement) -> str:
    """The limit beside the value: ``< 0.01``, or ``must be RUNNING`` for a word."""
    limit = judged.told_limit  # without "yes": "43,824 bars, must be yes" would be unclear
    if not limit or limit[0] in "<>=≤≥":
        return page.say.text(limit)
    return page.say("must be {limit}", limit=limit)


def source_text(page: Page, snapshot: Snapshot, judged: Judgement) -> str:
    """Window, source, step and age of the reading, as Markdown."""
    say, reading = page.say, judged.reading
    if reading is None:
        return ""
    if RESULT in reading.source:  # the slot names the job; the tooltip has the file
        return ""
    source = short_source(said(reading.source, page.viewer.language))
    if snapshot.run is not None:  # the frame already shows its long name
        source = source.removesuffix(f", {say.raw('job of {run}', run=snapshot.run.name)}")
        source = source.replace(snapshot.run.name, say.raw("the run"))
    parts = [window_text(page, reading.window), plain(source)]
    if reading.step is not None:
        parts.append(say("step {step}", step=number(reading.step)))
    parts.append(aged_text(page, snapshot, snapshot.age(reading, judged.as_of)))
    return " · ".join(part for part in parts if part)


def short_source(source: str) -> str:
    """The tag or key, or the file's name; the tooltip has the whole path."""
    return source.rpartition(": ")[2].rpartition("/")[2]


def open_passes(items: list[Item]) -> list[Item]:
    """Those that pass and have no tick yet."""
    return [i for i in items if i.judgement.verdict is Verdict.PASS and i.tick is None]


def actions_row(page: Page, snapshot: Snapshot, slot: SlotSpec, items: list[Item]) -> None:
    """The button that ticks every passing item without a tick.

    Disabled without the right to record, and before a slot that is judged at one moment is due.
    """
    say = page.say
    open_ = open_passes(items)
    denied = page.denied(Right.RECORD)
    early = is_early(slot, snapshot)

    def tick_all() -> None:
        for item in open_:
            done = outcomes.act(
                page,
                f"slot:{slot.id}",
                plural("{n} tick", "{n} ticks", len(open_)),
                partial(
                    page.services.client.tick,
                    snapshot.week.id,
                    slot.id,
                    item.judgement.check,
                    "",
                    item.judgement.verdict,
                    item.judgement.value_text,
                ),
            )
            if not done:
                return  # the outcome of the refused one stays visible

    st.button(
        say.raw("Tick all that pass ({count})", count=len(open_)),
        key=f"tick-all:{slot.id}",
        icon=":material/done_all:",
        type="primary",
        disabled=not open_ or denied is not None or early,
        help=denied
        or say("Adds a tick to each item that passes and has none. The others stay open."),
        on_click=tick_all,
    )
    why_not(f"tick-all:{slot.id}", denied)  # and of each Tick below


def _notes(page: Page, snapshot: Snapshot, slot: SlotSpec) -> None:
    say, place = page.say, f"note:{slot.id}"
    written = [n for n in snapshot.notes if n.slot == slot.id]
    for note in written:
        st.markdown(
            f":small[:material/sticky_note_2: {plain(note.text)} "
            f":gray[{plain(note.by)}, {plain(page.viewer.time(note.at_week))}]]"
        )
    denied = page.denied(Right.RECORD, also_elsewhere=True)

    def save() -> None:
        text = str(st.session_state.get(f"{place}:text") or "").strip()
        if text and outcomes.act(
            page,
            place,
            Message("note"),
            lambda: page.services.client.note(snapshot.week.id, slot.id, text),
        ):
            st.session_state[f"{place}:text"] = ""

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(say.raw("Note"), key=f"{place}:text", max_chars=1000, disabled=bool(denied))
        st.button(
            say.raw("Save note"),
            key=f"{place}:save",
            disabled=bool(denied),
            help=denied,
            on_click=save,
        )
    outcomes.show(page, place)
