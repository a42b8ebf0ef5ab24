"""The view "Forecast": the cone, the days that came, and each gate's chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import TrainweekError
from core.language import Message
from core.trading.expiry import ALPHA, block_days
from core.vocabulary import JobKind, JobState, Right, Severity, Verdict
from dashboard.components import outcomes
from dashboard.components.figures_table import table
from dashboard.components.headings import part
from dashboard.components.job_line import job_line
from dashboard.components.plotly_chart import draw
from dashboard.components.states import icon
from dashboard.components.why_not import why_not
from dashboard.data.paper import paper_record
from dashboard.figures.cone import cone_figure
from dashboard.formatting import NONE, share, short
from dashboard.wording import plain
from runner.client.paper import followed_by
from runner.week.evidence_concerns import approved_here, concerns_of, place_of

if TYPE_CHECKING:
    from core.decision import RecordedDecision, SavedDecision
    from core.trading.forecast import Forecast
    from core.trading.paper import PaperRecord
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

PLACE = "paper"
_NONE = Message("The decision has no forecast: it is older, or its record is too short.")


def drawn(page: Page, snapshot: Snapshot, saved: SavedDecision) -> object:
    """What the view rests on, and the page must be drawn again for."""
    job = snapshot.latest(JobKind.PAPER)
    try:
        record = followed(page, saved)
    except TrainweekError as error:
        return error.what, None if job is None else (job.id, job.state)
    return None if record is None else record.made_at, None if job is None else (job.id, job.state)


def followed(page: Page, saved: SavedDecision) -> PaperRecord | None:
    """What came true so far, as of the moment that is shown.

    :raises IntegrityError: the record is damaged, or not what the ledger says.
    """
    if saved.decision.forecast is None:
        return None
    snapshot = page.snapshot()
    lines = {} if snapshot is None else followed_by(snapshot.records.decision_lines)
    return paper_record(page.services.home, saved.sha256, page.moment, lines.get(saved.sha256))


def line(page: Page, saved: SavedDecision) -> str | None:
    """One sentence: what came true so far, else what is expected; None without a forecast."""
    forecast = saved.decision.forecast
    if forecast is None:
        return None
    try:
        record = followed(page, saved)
    except TrainweekError as error:
        return page.say.text(error.what)
    if record is None:
        return page.say(forecast.sentence())
    return page.say("On paper: {sentence}", sentence=record.sentence(forecast.level))


def alert_of_another(page: Page, snapshot: Snapshot, saved: SavedDecision | None) -> None:
    """What is wrong with a model that was approved last, if another decision is shown."""
    say = page.say
    for approved in approved_here(snapshot):
        if saved is not None and approved.revalidation_sha256 == saved.sha256:
            continue
        same = place_of(snapshot, approved) == snapshot.week.place
        title = say("The model that is approved is another one") if same else say("Approved model")
        for concern in concerns_of(snapshot, approved):
            box = st.error if concern.severity is Severity.CRITICAL else st.warning
            box(say(concern.text), title=title, icon=":material/trending_down:")


def alert(page: Page, saved: SavedDecision) -> None:
    """A warning once the evidence has expired, or the equity fell out of the cone."""
    forecast = saved.decision.forecast
    try:
        record = followed(page, saved)
    except TrainweekError as error:
        _damaged(page, error)
        return
    if record is None or forecast is None or record.held is not False:
        return
    st.warning(
        f"{page.say(record.sentence(forecast.level))} {page.say('Revalidate the model.')}",
        title=page.say("The model does worse than its forecast"),
        icon=":material/trending_down:",
    )


def _damaged(page: Page, error: TrainweekError) -> None:
    st.error(
        f"{page.say.text(error.what)} {page.say.text(error.remedy)}",
        title=page.say("What came true can't be read"),
        icon=":material/gpp_bad:",
    )


def show(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """Draw the cone with the truth, the gates' chances, and the button that follows it."""
    say, forecast = page.say, saved.decision.forecast
    heading = Message("Forecast of the days after the backtest")
    part(say(heading))
    if forecast is None:
        st.caption(say(_NONE))
        return
    try:
        record = followed(page, saved)
    except TrainweekError as error:
        _damaged(page, error)
        record = None
    figure = cone_figure(
        forecast.equity,
        () if record is None else record.equity,
        (
            say.raw("cone, lower end"),
            say.raw("cone, upper end"),
            say.raw("median"),
            say.raw("on paper"),
        ),
        (say.raw("day"), say.raw("return %")),
    )
    draw(page, figure, key="cone", alt=heading)
    if record is not None:
        st.markdown(f"**{say(record.sentence(forecast.level))}**")
    st.caption(
        f"{say(forecast.sentence())} "
        + say(
            "The cone holds whole paths. The evidence expires when bets against the model reach "
            "{limit:.0f} times their stake. A model that is as good as its record gets there in "
            "{alpha:.0%} of cases at most, however often you look, if stretches of {block} d are alike "
            "in any order; moods of the market that last longer make it more often.",
            block=block_days(forecast.block_bars, forecast.bars_per_day),
            limit=1.0 / ALPHA,
            alpha=ALPHA,
        )
    )
    st.caption(say(forecast.of_selection()))
    _figures(page, saved.decision, forecast, record)
    _follow(page, snapshot, saved)


def _figures(
    page: Page, decided: RecordedDecision, forecast: Forecast, record: PaperRecord | None
) -> None:
    """Each gate: the chance that these days alone pass it, and where it is now."""
    say = page.say
    heads = [say("Gate"), say("Chance to pass"), say("On paper so far")]
    lines = []
    for gate in decided.gates:
        found = None if record is None or not record.days else record.gates.get(gate.id)
        chance = forecast.gates.get(gate.id)
        shown = "–"
        if found is not None:
            verdict = Verdict.PASS if found.passed else Verdict.FAIL
            if not record or not record.complete:
                verdict = Verdict.PENDING  # the limit is one of all the days
            shown = f"{icon(verdict)} {say(short(found.value, gate.threshold, gate.unit))}"
        lines.append([plain(gate.short), say(share(chance) or NONE), shown])
    for name, band, values, form in (
        (Message("Deepest drawdown"), forecast.drawdown_pct, record and record.drawdown_pct, "%"),
        (Message("Trades"), forecast.trades, record and record.trades, ""),
    ):
        ends = short(band.low[-1]), short(band.high[-1], None, form)
        expected = Message("{low} to {high}", low=ends[0], high=ends[1])
        now = f"{say(short(values[-1], None, form))}" if values else "–"
        lines.append([say(name), say(expected), now])
    table(heads, lines, "forecast")


def _follow(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """Replay on paper what came since; a refusal says which file and what to do."""
    say, denied = page.say, page.denied(Right.OPERATE)
    signed = snapshot.signature_of(saved.sha256) is not None
    busy = snapshot.busy(JobKind.PAPER)
    why = denied or (None if signed else say("It is followed once it is signed."))
    st.button(
        say.raw("Replay on paper"),
        key=f"{PLACE}:follow",
        icon=":material/history:",
        disabled=why is not None or busy is not None,
        help=why
        or say("Reads the candles in data/live. The runner does so itself when they grow."),
        on_click=_ask,
        args=(page, saved.sha256),
    )
    why_not(f"{PLACE}:follow", why)
    outcomes.show(page, PLACE)
    job = _newest(snapshot, saved)
    if job is not None and job.state is not JobState.SUCCEEDED:
        job_line(page, snapshot, job)


def _newest(snapshot: Snapshot, saved: SavedDecision) -> Job | None:
    job = snapshot.latest(JobKind.PAPER)
    return job if job is not None and job.params.get("decision") == saved.sha256 else None


def _ask(page: Page, sha256: str) -> None:
    client = page.services.client
    outcomes.act(
        page,
        PLACE,
        Message("the request").in_(page.viewer.language),
        lambda: client.submit(JobKind.PAPER, {"decision": sha256}, key=outcomes.intent(PLACE)),
    )
