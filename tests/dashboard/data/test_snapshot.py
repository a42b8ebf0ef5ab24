"""One snapshot is one moment: what it costs to take, and that nothing written later is in it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from core.decision import latest_decision
from core.telemetry.readings import known_series, pace_series
from core.vocabulary import JobKind, SignatureAct, SlotState, Verdict
from dashboard.data.services import Services
from dashboard.page import Page
from dashboard.viewer import Viewer
from runner.jobs.decision_context import approvals
from tests.dashboard.place import LAUNCH, LEAD, Place, events
from tests.dashboard.reads import counted
from tests.event_files import append_events
from tests.expected import present, recorded
from tests.runner.place import CTO
from tests.runner.signed_place import CONDITIONS, SignedPlace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dashboard.data.snapshot import Snapshot

REWARD = "rollout/ep_rew_mean"
# A read of a week without signatures: the ledger's head, then week, the playbooks it took,
# clock, jobs, attempts, ticks, notes, incidents, signatures, activity, withdrawals, silences, rules,
# handovers and shifts.
STATEMENTS = 16


def services(place: Place) -> Services:
    return Services(place.home, LEAD, now=lambda: place.now)


def snapshot(place: Place) -> Snapshot:
    taken = services(place).snapshot()
    assert taken is not None
    return taken


def shown(page: Page, panel: str, slot: str | None = None) -> AppTest:
    """A page that is open, with its frame; the next ``run()`` draws it again."""
    test = AppTest.from_function(_page, args=(panel, page), default_timeout=60)
    if slot is not None:
        test.query_params["slot"] = slot
    test.run()
    assert not test.exception
    return test


def _page(panel, page) -> None:
    import importlib

    import streamlit as st

    from dashboard import frame
    from dashboard.navigation import build

    st.navigation(build(page.say), position="hidden")
    frame.show(page, "A page")
    importlib.import_module(f"dashboard.panels.{panel}.page").show(page)


PANELS = (
    "hourly_checks", "this_week", "live_training", "daily_checkin", "troubleshooting",
    "launch", "escalation", "revalidation", "jobs", "playbook",
    "decision", "history",
)  # fmt: skip


@pytest.mark.parametrize("panel", PANELS)
def test_one_look_at_a_page_is_one_read_of_the_store(place: Place, panel: str) -> None:
    place.train()
    page = place.page()
    test = shown(page, panel)
    week = present(place.client().active_week())
    place.client().note(week.id, "hourly_1", "the machine is shared today")
    page.services.forget()
    with counted() as written:
        test.run()
    news = panel == "this_week"  # until it is seen, one more: what came since the visit
    assert (written.transactions, len(written.statements)) == (1 + news, STATEMENTS + news)
    page.services.forget()
    with counted() as unchanged:
        test.run()
    assert (unchanged.transactions, len(unchanged.statements)) == (1 + news, 1 + news)
    assert not test.exception


@pytest.mark.parametrize(("slot", "scenarios"), [("hourly_1", 0), ("hourly_3", 0), ("closing", 6)])
def test_the_hourly_page_judges_one_slot_by_the_facts_of_one_moment(
    place: Place, slot: str, scenarios: int
) -> None:
    place.train(hours=6.0)
    place.now = LAUNCH + timedelta(hours=6)
    page = place.page()
    test = shown(page, "hourly_checks", slot)
    page.services.forget()
    with counted() as cost:
        test.run()
    checks = present(page.services.snapshot()).slot(slot).checks
    assert cost.calls("facts.gather") == 1
    assert cost.calls("registry.judge") == len(checks)
    assert len(cost.scenarios) == scenarios, "only a check that asks for findings has them judged"
    assert cost.calls("training_log.read_log_facts") == 1


@pytest.mark.parametrize("panel", PANELS)
def test_no_scenario_is_judged_twice_for_one_moment(place: Place, panel: str) -> None:
    place.train(hours=21.0)
    place.now = LAUNCH + timedelta(hours=21)
    page = place.page()
    test = shown(page, panel)
    page.services.forget()
    with counted() as cost:
        test.run()
    assert max(Counter(cost.scenarios).values(), default=0) <= 1
    assert cost.calls("reader.RunReader.refresh") <= 1


WRITES: dict[str, tuple[Callable[[Place, str], object], Callable[[Snapshot], object]]] = {
    "tick": (
        lambda place, week: place.client().tick(
            week, "hourly_1", "reward_positive", "", Verdict.PASS, "1"
        ),
        lambda snapshot: snapshot.ticks.get("hourly_1"),
    ),
    "note": (
        lambda place, week: place.client().note(week, "hourly_1", "shared"),
        lambda snapshot: list(snapshot.notes),
    ),
    "incident": (
        lambda place, week: place.client().open_incident(week, "performance", "flat"),
        lambda snapshot: (snapshot.open_incidents, snapshot.facts.open_incidents),
    ),
    "job": (
        lambda place, week: place.client().submit(JobKind.PREFLIGHT),
        lambda snapshot: (snapshot.latest(JobKind.PREFLIGHT), snapshot.facts.preflight),
    ),
    "clock": (
        lambda place, week: place.client().record_clock_point(
            week, place.now, place.now + timedelta(days=1), 1.0
        ),
        lambda snapshot: (snapshot.now_week, [view.state for view in snapshot.timeline]),
    ),
    "activity": (
        lambda place, week: place.client().note(week, "hourly_2", "later"),
        lambda snapshot: len(snapshot.activity),
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_meanwhile_is_seen_by_the_next_snapshot_only(
    place: Place, name: str
) -> None:
    place.train()
    write, read = WRITES[name]
    before, untouched = snapshot(place), snapshot(place)
    known = read(before)
    write(place, before.week.id)
    assert read(before) == known
    assert read(untouched) == known, "also what is asked for the first time after the write"
    assert read(snapshot(place)) != known


def test_a_tick_changes_slot_and_timeline_together(place: Place) -> None:
    place.train()
    before = snapshot(place)
    for check in before.slot("hourly_1").checks:
        place.client().tick(before.week.id, "hourly_1", check, "seen", Verdict.UNKNOWN, "")

    def state(snapshot: Snapshot) -> SlotState:
        return next(view.state for view in snapshot.timeline if view.spec.id == "hourly_1")

    assert state(before) is SlotState.DUE, "the week is younger than the slot's time"
    assert before.ticks == {}
    after = snapshot(place)
    assert state(after) is SlotState.DONE
    assert len(after.ticks["hourly_1"]) == 4


def test_number_curve_and_axis_are_of_one_position_in_the_event_files(place: Place) -> None:
    job = place.train(hours=2.0)
    own = services(place)
    before = present(own.snapshot())
    number = before.readings["last_reward"]
    newer = {
        tag: [(step, wall, value) for step, wall, value in points if step > 120 * 4096]
        for tag, points in events(3.0).items()
    }
    (file,) = place.home.run_attempt(present(job.run), 1).iterdir()
    append_events(file, newer)
    # Another tab refreshes the same reader; this page keeps what it has read.
    other = present(services(place).snapshot())
    assert other.readings["last_reward"].step == 180 * 4096
    run = present(before.run)
    reader, until = present(run.reader), run.until
    assert known_series(reader, REWARD, until).last == (number.step, number.value)
    assert pace_series(reader, until).last[0] == number.step == 120 * 4096
    assert present(before.facts.run).reader is reader
    own.forget()
    assert present(own.snapshot()).readings["last_reward"].step == 180 * 4096


def test_fragments_of_one_page_share_a_snapshot_until_something_is_saved(place: Place) -> None:
    place.train()
    own = services(place)
    first = own.snapshot()
    assert own.snapshot() is first
    own.forget()
    assert own.snapshot() is not first
    second = own.snapshot()
    place.now += timedelta(seconds=1)
    assert own.snapshot() is not second


def test_a_signature_is_judged_by_what_was_read_in_the_same_transaction(tmp_path: Path) -> None:
    place = SignedPlace(tmp_path / "home")
    sha256 = place.revalidate("GO")
    act = SignatureAct.APPROVE_WITH_CONDITIONS
    client = place.client()
    own = Services(place.home, CTO)
    own.snapshot()  # the store is open
    own.forget()
    client.sign(place.week.id, sha256, act, "Half of the size.", CONDITIONS)
    with counted() as cost:
        snapshot = present(own.snapshot())
        signature = present(snapshot.signature_of(sha256))
        validity = snapshot.validity(signature)
        conditions = snapshot.conditions
        timeline = snapshot.timeline
        saved = present(latest_decision(place.home, place.week.id))
        gate = snapshot.gate(saved)
    # Beside the others: closures of conditions, keys, countersignatures, and the ledger's
    # lines about decisions, the jobs that reproduce them and those that follow them.
    assert (cost.transactions, len(cost.statements)) == (1, STATEMENTS + 6)
    assert validity == client.validity(signature)
    assert validity.valid
    assert gate.only_conditions
    assert gate.as_dict() == client.gate(sha256=sha256).as_dict()
    assert conditions == client.conditions(place.week.id) == snapshot.conditions_of(signature)
    assert next(v.state for v in timeline if v.spec.kind == "approval") is SlotState.DONE
    client.close_condition(signature.id, 0, "Done on Monday.")
    assert snapshot.conditions == conditions
    own.forget()
    assert [one.closed is None for one in present(own.snapshot()).conditions] == [False, True]
    assert present(own.snapshot()).gate(saved).as_dict() == client.gate(sha256=sha256).as_dict()
    place.clear()


@pytest.mark.parametrize("decision", ["GO", "NO-GO"])
def test_the_decision_page_reads_the_store_once(tmp_path: Path, decision: str) -> None:
    place = SignedPlace(tmp_path / "home")
    place.revalidate(decision)
    now = datetime.now(UTC)  # it stands: a snapshot is shared for a second, and this takes longer
    page = Page(Services(place.home, CTO, now=lambda: now), Viewer(CTO, "en", "UTC", live=False))
    test = shown(page, "decision")
    place.client(place.lead.person).note(place.week.id, "hourly_1", "seen")
    page.services.forget()
    with counted() as cost:
        test.run()
    assert not test.exception
    assert not test.error
    assert (cost.transactions, len(cost.statements)) == (1, STATEMENTS + 3)
    place.clear()


def two_weeks(root: Path) -> tuple[SignedPlace, str, str]:
    """A signed decision of the first week, and one of the second, which is active."""
    place = SignedPlace(root)
    first = place.revalidate("PARTIAL")
    place.sign(first, SignatureAct.APPROVE_WITH_CONDITIONS, CONDITIONS)
    place.week = recorded(place.lead.create_week(place.week.launch + timedelta(days=7)))
    place.home.best_model.write_bytes(b"another")
    second = place.revalidate("GO", seed=2, approvals=approvals(place.client()))
    return place, first, second


def test_a_signature_of_another_week_is_judged_as_the_client_judges_it(tmp_path: Path) -> None:
    place, first, second = two_weeks(tmp_path / "home")
    client, taken = place.client(), present(Services(place.home, CTO).snapshot())
    signature = present(taken.signature_of(first))
    assert signature.week_id != taken.week.id
    assert taken.validity(signature) == client.validity(signature)
    assert taken.validity(signature).valid  # by its kept copy: the second week has the place
    assert [one.sha256 for one in taken.archived_decisions] == [first, second]
    mine, own = taken.archived_decisions, client.archived_decisions()
    for name in ("sha256", "problem", "signature", "validity", "conditions"):
        assert [getattr(one, name) for one in mine] == [getattr(one, name) for one in own]
    assert [len(one.conditions) for one in mine] == [len(CONDITIONS), 0]
    place.clear()


@pytest.mark.parametrize(
    ("view", "said"), [("history", "Approved with conditions"), ("change", "Valid")]
)
def test_what_several_weeks_decided_is_read_once(tmp_path: Path, view: str, said: str) -> None:
    place, _, _ = two_weeks(tmp_path / "home")
    moment = datetime.now(
        UTC
    )  # a snapshot is shared for a second, however slowly the page is drawn
    page = Page(Services(place.home, CTO, now=lambda: moment), Viewer(CTO, "en", "UTC", live=False))
    test = shown(page, "history" if view == "history" else "decision")
    if view == "change":
        next(group for group in test.button_group if group.key == "view").set_value(view).run()
    place.client(place.lead.person).note(place.week.id, "hourly_1", "seen")
    page.services.forget()
    with counted() as cost:
        test.run()
    assert not test.exception
    assert not test.error
    assert any(said in markdown.value for markdown in test.markdown)
    # Beside the others: closings of conditions, keys, countersignatures, the ledger's lines
    # about decisions, the jobs that reproduce and follow them, and the weeks of the other signatures with the
    # playbooks that they took.
    assert (cost.transactions, len(cost.statements)) == (1, STATEMENTS + 8)
    place.clear()
