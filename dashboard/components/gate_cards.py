"""The six gates as cards: status, value, limit, margin, interval, and the limit in a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.gate_record import GateRecord, ResampledGate
from core.language import Message, plural
from core.reading import as_set
from core.state_words import WORDS, capitals
from core.vocabulary import GateStatus, Verdict
from dashboard.components import tiles
from dashboard.components.markup import small, unbroken
from dashboard.components.states import badge, icon, look
from dashboard.figures.gates import gate_picture
from dashboard.formatting import beyond, margin, number, share, short
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.gates import GateResult
    from core.playbook.gates import GateId
    from core.trading.power import GatePower, Power
    from dashboard.page import Page

OPS = {">=": "≥", "<=": "≤"}
_MISSED = {">=": "<", "<=": ">"}  # how a value that fails stands to its limit


def gate_cards(
    page: Page,
    gates: Sequence[GateResult],
    alone: Mapping[GateId, float] | None = None,
    episodes: int = 0,
    power: Power | None = None,
) -> None:
    """One card per gate, failed ones first.

    :param gates: of a decision, or interim values of a running revalidation.
    :param alone: by gate id, the share of the episodes that pass on their own.
    :param episodes: number of episodes.
    :param power: whether the gates could have noticed an edge; None: not measured.
    """
    cards = []
    for gate in _failed_first(gates):
        measured = None if power is None else power.gates.get(gate.id)
        cards.append(_card(page, gate, (alone or {}).get(gate.id), episodes, measured))
    tiles.draw(cards, "tiles-gates")


def gate_line(page: Page, gates: Sequence[GateResult]) -> str:
    """Markdown of all gates in short, failed ones first: verdict, name, value against limit."""
    shown = []
    for gate in _failed_first(gates):
        text = f"{plain(gate.name)} {page.say(value_text(gate))}"
        if gate.value is not None:
            op = OPS[gate.op] if gate.passed else _MISSED[gate.op]
            text += f" {op} {_limit(page, gate)}"
        seen = look(Verdict.PASS if gate.passed else Verdict.FAIL)
        shown.append(f":{seen.colour}-badge[:material/{seen.icon}: {unbroken(text)}]")
    return " ".join(shown)


def _failed_first(gates: Sequence[GateResult]) -> list[GateResult]:
    return sorted(gates, key=lambda gate: (gate.passed, gate.number))


def _limit(page: Page, gate: GateResult) -> str:
    return page.say(as_set(gate.threshold, gate.unit if gate.unit == "%" else ""))


def _card(
    page: Page, gate: GateResult, alone: float | None, episodes: int, power: GatePower | None
) -> list[str]:
    """Its paragraphs, of Markdown."""
    say = page.say
    verdict = Verdict.PASS if gate.passed else Verdict.FAIL
    value = say(value_text(gate))
    if not gate.passed:
        value = f":red[{value}]"
    card = [
        f"{badge(verdict, say)} :gray[{gate.number}] **{plain(gate.name)}**",
        f"**{value}** {small(f'{OPS[gate.op]} {_limit(page, gate)}')}",
    ]
    drawing = gate_picture(gate, lambda value: say.raw(number(value)))
    if drawing is not None:
        alt = Message(
            "{gate} on resampled returns: green passes, red fails, dashed = limit, solid = value",
            gate=gate.name,
        )
        card.append(tiles.picture(drawing, say.raw(alt)))
    result = []
    if gate.margin is not None:
        by = margin(gate.value, gate.margin, gate.threshold)
        result.append(say("margin {margin}", margin=by))
    if gate.status is not GateStatus.OK:
        why = WORDS[GateStatus][gate.status]
        result.append(f":orange[{say('undefined: {status}', status=why)}]")
    result += _interval(page, gate)
    lines = [result, _chances(page, gate)]
    if alone is not None and episodes:
        passing = plural(
            "passes in {passing} of {n} episode",
            "passes in {passing} of {n} episodes",
            episodes,
            passing=round(alone * episodes),
        )
        lines.append([say(passing)])
    # A line breaks between two figures, never inside one.
    shown = [" · ".join(unbroken(figure) for figure in line) for line in lines if line]
    if power is not None:  # a sentence breaks anywhere
        shown.append(f"{say(capitals(power.verdict))}: {say(power.sentence())}")
    return [*card, "  \n".join(map(small, shown))]


def _interval(page: Page, gate: GateResult) -> list[str]:
    """The gate's 95 % interval as a list of one text; empty for records without intervals."""
    if not isinstance(gate, ResampledGate):
        return []
    if gate.ci95 is None:
        return [page.say("no interval")]
    low, high = gate.ci95
    if isinstance(gate.value, int):  # a count
        return [page.say("95 % [{low:.0f} … {high:.0f}]", low=low, high=high)]
    return [page.say("95 % [{low:.2f} … {high:.2f}]", low=low, high=high)]


def _chances(page: Page, gate: GateResult) -> list[str]:
    """P(pass), and the gate at doubled costs."""
    say, found = page.say, []
    if isinstance(gate, ResampledGate) and (chance := share(gate.p_pass)) is not None:
        # None or all of the resampled records pass: that does not mean never or always.
        if chance in {"0 %", "100 %"}:
            chance = beyond(chance == "100 %")
        found.append(say("P(pass) {chance}", chance=chance))
    if isinstance(gate, GateRecord) and (doubled := gate.costs_x2):
        verdict = Verdict.PASS if doubled.passed else Verdict.FAIL
        value = short(doubled.value, gate.threshold)
        found.append(f"{say('at 2x costs: {value}', value=value)} {icon(verdict)}")
    return found


def value_text(gate: GateResult) -> Message:
    """Four significant digits; whole numbers whole; a dash where it is undefined."""
    return short(gate.value, gate.threshold, "%" if gate.unit == "%" else "")
