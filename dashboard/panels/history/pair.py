"""Two decisions side by side: verdict, inputs, gates, evidence, settings, playbook and acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.decision.side_by_side import EVIDENCE, PARTS, SideBySide
from core.errors import TrainweekError
from core.language import Message, literal
from core.reading import as_set
from core.timestamps import parse_moment
from core.vocabulary import Verdict
from dashboard.components.figures_table import table
from dashboard.components.gate_cards import OPS
from dashboard.components.headings import card, part
from dashboard.components.states import decided as verdict_of
from dashboard.components.states import icon, mark, word
from dashboard.formatting import difference, number, short
from dashboard.kept_choice import kept_choice
from dashboard.panels.history import address
from dashboard.panels.history.acts import acts
from dashboard.panels.history.decision_table import signature_of, when
from dashboard.wording import plain
from runner.client.signatures.decision_pair import decision_pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision import RecordedDecision, SavedDecision
    from core.differences import ValuePair
    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision

MOST_OFFERED = 60  # decisions to choose from, the newest; *Compare* below offers each
MOST = 40  # rows of differing values
LONGEST = 160  # characters of one of them
INPUT_NAMES = {
    "model": Message("Model"),
    "data": Message("Data"),
    "playbook": Message("Playbook"),
    "code": Message("Code"),
}
EVIDENCE_NAMES = {
    "psr0": literal("PSR(0)"),
    "psr1": literal("PSR(1)"),
    "dsr": literal("DSR"),
    "sharpe_daily": Message("Sharpe of daily returns"),
    "trades": Message("Closed trades"),
    "days": Message("Days of backtest"),
}


def show(page: Page, found: Sequence[ArchivedDecision], shown: Sequence[ArchivedDecision]) -> None:
    """The choice of two decisions, and their differences once both are chosen.

    :param found: all, oldest first.
    :param shown: those that the filter lets through; the newest of
        them, and the chosen ones, are offered.
    """
    say = page.say
    part(say("Compare two decisions"))
    asked = [st.session_state.get(address.key(name)) for name in ("first", "second")]
    let = {one.sha256 for one in shown[-MOST_OFFERED:]}
    captions = {"": say.raw("Choose a decision")}
    for one in reversed(found):
        short_hash = one.sha256[: address.SHORT]
        if one.brief is not None and (one.sha256 in let or short_hash in asked):
            captions[short_hash] = _caption(page, one)
    with st.grid(2, min_column_width=280, gap="small"):
        labels = (say.raw("First decision"), say.raw("Second decision"))
        for name, label in zip(("first", "second"), labels, strict=True):
            kept_choice(
                st.selectbox, label, captions, key=address.key(name), on_change=address.write
            )
    first, second = (st.session_state.get(address.key(name)) for name in ("first", "second"))
    if not first or not second:
        st.caption(
            say("Choose two decisions here, or with *Compare* below. The address keeps them.")
        )
        return
    try:
        pair = decision_pair(page.services.client, first, second)
    except TrainweekError as error:
        st.warning(f"{say.text(error.what)} {say.text(error.remedy)}", icon=":material/difference:")
        return
    by_hash = {one.sha256: one for one in found}
    _draw(page, pair, [by_hash[saved.sha256] for saved in (pair.earlier, pair.later)])


def _caption(page: Page, one: ArchivedDecision) -> str:
    brief = one.brief
    if brief is None:
        return one.sha256[: address.SHORT]
    parts = (when(page, brief), f"{word(brief.decision, page.say)} {brief.score}", brief.run)
    return " · ".join([*(part for part in parts if part), one.sha256[:8]])


def _draw(page: Page, pair: SideBySide, both: Sequence[ArchivedDecision]) -> None:
    say = page.say
    sides = (pair.earlier, pair.later)
    heads = [_head(page, saved) for saved in sides]
    rows = [*_verdicts(page, pair, both), *_inputs(page, pair), *_gates(page, pair)]
    rows += _evidence(page, pair)
    table([say("What"), *heads, say("Difference")], rows, "pair", words=4)
    for sentence in pair.compared.numerics:
        st.markdown(f":orange[:material/warning: {say(sentence)}]")
    _settings(page, pair, heads)
    _playbook(page, pair, heads)
    card(say("Acts"))
    with st.grid(2, min_column_width=280, gap="small"):
        for head, one in zip(heads, both, strict=True):
            with st.container(border=True, gap="xxsmall", key=f"pair-acts-{one.sha256[:12]}"):
                st.markdown(f":small[:gray[{head}]]")
                acts(page, one)


def _head(page: Page, saved: SavedDecision) -> str:
    moment = parse_moment(saved.decision.created_at)
    return f"{plain(page.viewer.stamp(moment))} `{saved.sha256[:8]}`"


def _verdicts(page: Page, pair: SideBySide, both: Sequence[ArchivedDecision]) -> list[list[str]]:
    say = page.say
    sides = [pair.earlier.decision, pair.later.decision]
    verdicts = [
        f"{verdict_of(each.decision, each.evidence.grade, say)} {plain(each.score)}"
        for each in sides
    ]
    grades = [mark(each.evidence.grade, say) for each in sides]
    signatures = [signature_of(page, one) for one in both]
    weeks = [plain(each.week or "–") for each in sides]
    models = [_model(page, each) for each in sides]
    return [
        [say("Decision"), *verdicts, _same(page, verdicts[0] == verdicts[1])],
        [say("Evidence"), *grades, _same(page, grades[0] == grades[1])],
        [say("Signature"), *signatures, _same(page, signatures[0] == signatures[1])],
        [say("Week"), *weeks, _same(page, weeks[0] == weeks[1])],
        [say("Model of run"), *models, _same(page, models[0] == models[1])],
    ]


def _model(page: Page, decided: RecordedDecision) -> str:
    model = decided.model
    if model.run is None:
        return f":gray[{page.say('not recorded')}]"
    if model.step is None:
        return plain(model.run)
    return f"{plain(model.run)}, {page.say('step {step}', step=number(model.step))}"


def _inputs(page: Page, pair: SideBySide) -> list[list[str]]:
    rows = []
    for name in PARTS:
        hashes = [_hash(page, name, each.decision) for each in (pair.earlier, pair.later)]
        rows.append([page.say(INPUT_NAMES[name]), *hashes, _same(page, pair.same(name))])
    return rows


def _hash(page: Page, part: str, decided: RecordedDecision) -> str:
    if part == "data":
        first, last = (
            page.viewer.recorded(each) for each in (decided.data.first, decided.data.last)
        )
        return f"`{decided.data.sha256[:12]}` :small[:gray[{plain(f'{first} – {last}')}]]"
    if part == "playbook":
        return f"`{decided.playbook.sha256[:12]}` :small[:gray[{plain(decided.playbook.id)}]]"
    if part == "model":
        return f"`{decided.model.sha256[:12]}`"
    code = None if decided.trust is None else decided.trust.code
    if code is None:
        return f":gray[{page.say('not recorded')}]"
    return f"`{code.hash[:12]}` :small[:gray[trainweek {plain(code.version)}]]"


def _same(page: Page, same: bool | None) -> str:
    if same is None:
        return "–"
    # A sign stays on the line of its word.
    return (
        f":gray[=\u00a0{page.say('same')}]" if same else f":orange[≠\u00a0{page.say('different')}]"
    )


def _gates(page: Page, pair: SideBySide) -> list[list[str]]:
    say, rows = page.say, []
    for gate in pair.later.decision.gates:
        change = pair.compared.gates.get(gate.id)
        if change is None:
            continue
        before = pair.earlier.decision.gate(gate.id)
        delta = difference(change.delta, 0 if isinstance(gate.value, int) else None)
        cells = [
            f"{icon(Verdict.PASS if each.passed else Verdict.FAIL)}"
            f" {say(short(each.value, each.threshold))}"
            f" :small[:gray[{OPS[each.op]} {say.raw(as_set(each.threshold))}]]"
            for each in (before, gate)
        ]
        rows.append([plain(gate.short), *cells, _changed(page, change.delta, delta)])
    return rows


def _evidence(page: Page, pair: SideBySide) -> list[list[str]]:
    say, rows = page.say, []
    for name in EVIDENCE:
        values = [getattr(each.decision.evidence, name) for each in (pair.earlier, pair.later)]
        if None in values and values[0] == values[1]:
            continue
        delta = None if None in values else values[1] - values[0]
        digits = 0 if isinstance(delta, int) else None
        cells = [say(short(value)) for value in values]
        change = _changed(page, delta, difference(delta, digits))
        rows.append([say(EVIDENCE_NAMES[name]), *cells, change])
    return rows


def _changed(page: Page, delta: float | None, shown: Message) -> str:
    return _same(page, True) if delta == 0 else page.say(shown)


def _settings(page: Page, pair: SideBySide, heads: Sequence[str]) -> None:
    say = page.say
    card(say("Settings that differ"))
    if not pair.settings:
        st.caption(say("All {count} recorded settings are equal.", count=pair.equal_settings))
        return
    _values(page, say("Setting"), pair.settings, heads, "pair-settings")
    st.caption(say("{count} other settings are equal.", count=pair.equal_settings))


def _playbook(page: Page, pair: SideBySide, heads: Sequence[str]) -> None:
    say = page.say
    card(say("Values of the playbook that differ"))
    if pair.playbook is None:
        st.caption(say("The text of one of the two playbooks is not kept here."))
    elif pair.playbook:
        _values(page, say("Value"), pair.playbook, heads, "pair-playbook")
    elif pair.same("playbook"):
        st.caption(say("Both were judged by the same playbook."))
    else:
        st.caption(say("Only comments or spacing differ."))


def _values(
    page: Page, head: str, pairs: Sequence[ValuePair], heads: Sequence[str], key: str
) -> None:
    say = page.say
    rows = [
        [plain(each.name), _shown(page, each.earlier), _shown(page, each.later)]
        for each in pairs[:MOST]
    ]
    table([head, *heads], rows, key, words=3)
    if len(pairs) > MOST:
        st.caption(say("{count} more differ.", count=len(pairs) - MOST))


def _shown(page: Page, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return page.say.raw(as_set(value))
    text = " ".join(str(value).split())
    return plain(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
