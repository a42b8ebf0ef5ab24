"""All weeks: each line says what its week's own pages say, at a cost that a look can bear."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.vocabulary import Severity, SlotState, Verdict
from dashboard.panels.all_weeks import page as panel
from dashboard.panels.all_weeks import standings as kept
from dashboard.panels.all_weeks.lines import address_week, board_data
from dashboard.panels.all_weeks.standing import standing_of
from dashboard.panels.all_weeks.standings import Board, Standings
from runner.week.concerns import concerns
from tests.dashboard.place import LAUNCH, Place, events, text_of
from tests.dashboard.reads import counted
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from core.week import Week
    from dashboard.data.snapshot import Snapshot
    from dashboard.panels.all_weeks.standing import Standing


@pytest.fixture(autouse=True)
def _fresh() -> None:
    panel._standings.clear()


def watched(place: Place, name: str, launch: datetime, **changed: Any) -> Week:
    """A further week, which watches a healthy run of three hours."""
    folder = place.home.root / "watched" / name
    write_events(folder / "attempt-001", events(3.0, **changed))
    made = place.client().create_week(launch, watched=folder, tag=name, planned=True)
    return recorded(made)


def three(place: Place) -> list[Week]:
    """The active week with a run, one whose KL is far too high, and a planned one."""
    active = place.watch()
    bad = watched(place, "bad", LAUNCH + timedelta(minutes=1), kl=0.5)
    planned = recorded(place.client().create_week(LAUNCH + timedelta(days=7), planned=True))
    return [active, bad, planned]


def look(place: Place, standings: Standings, budget_s: float = 60.0) -> Board:
    return standings.look(place.client(), budget_s)


def order(board: Board) -> list[str]:
    return [row.week.id for row in board.rows]


def standing(board: Board, week: Week) -> Standing:
    return present(next(row.standing for row in board.rows if row.week.id == week.id))


def cells(place: Place, board: Board, week: Week, language: Any = "en") -> dict[str, Any]:
    data = board_data(place.page(language=language), board)
    found: dict[str, Any] = next(row for row in data["rows"] if row["week"] == week.id)
    return found


def words(row: dict[str, Any]) -> str:
    return "\n".join(line["text"] for cell in [row["below"], *row["cells"]] for line in cell)


def test_a_line_says_what_the_pages_of_its_week_say(place: Place) -> None:
    weeks = three(place)
    board = look(place, Standings())
    for week in weeks:
        page = place.page(shown=None if week.active else week.id)
        snapshot = present(page.snapshot())
        found = standing(board, week)
        wrong = {one.key for one in concerns(snapshot) if one.severity is not Severity.INFO}
        assert {one.key for one in found.problems} == wrong
        assert found.overdue == len(snapshot.overdue)
        assert present(found.next_slot).spec.id == present(snapshot.next_slot).spec.id
        text = words(cells(place, board, week))
        assert present(found.next_slot).spec.title.in_("en") in text
        if snapshot.run is not None:
            assert "Running" in text


def test_what_needs_a_person_first_stands_at_the_top(place: Place) -> None:
    active, bad, planned = three(place)
    recorded(place.client().open_incident(planned.id, "crash", "the trainer died"))
    board = look(place, Standings())
    assert standing(board, planned).problems[0].severity is Severity.CRITICAL
    assert standing(board, bad).urgency == standing(board, active).urgency
    assert order(board) == [planned.id, active.id, bad.id], "of two alike the active one is first"


def test_work_that_is_late_comes_no_later_than_work_that_is_due(place: Place) -> None:
    active = place.watch()
    place.now += timedelta(days=2)
    due = watched(place, "due", place.now - timedelta(hours=1))
    late = standing(look(place, Standings()), active)
    now = standing(look(place, Standings()), due)
    assert present(late.next_slot).state is SlotState.OVERDUE
    assert present(now.next_slot).state is SlotState.DUE
    assert late.urgency[2] == now.urgency[2]
    assert not late.urgency[2]


def test_a_runner_that_is_away_hides_nobodys_own_problem(place: Place) -> None:
    place.train(kl=0.5)
    board = look(place, Standings())
    keys = [one.key for one in present(board.rows[0].standing).problems]
    assert keys[-1] == "runner"
    assert keys[0] != "runner"
    planned = recorded(place.client().create_week(LAUNCH + timedelta(days=7), planned=True))
    place.now += timedelta(seconds=5)
    found = look(place, Standings())
    assert order(found)[-1] == planned.id, (
        "it is away for every week, so no week comes first for it"
    )
    assert "It is not running" in words(cells(place, found, planned))


def test_a_look_judges_what_its_time_allows_and_the_next_one_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = three(place)
    judged: list[str] = []

    def noted(week: Snapshot) -> Standing:
        judged.append(week.week.id)
        return standing_of(week)

    monkeypatch.setattr(kept, "standing_of", noted)
    standings = Standings(clock=iter(range(1000)).__next__)
    waiting = []
    for _ in weeks:
        waiting.append(look(place, standings, 0.5).waiting)
        place.now += timedelta(seconds=2)
    assert waiting == [2, 1, 0]
    assert judged[0] == weeks[0].id, "the active week is judged first"
    assert sorted(judged) == sorted(week.id for week in weeks), (
        "none twice before each had its turn"
    )
    for _ in range(2):
        look(place, standings, 0.5)
        place.now += timedelta(seconds=2)
    live = [name for name in judged[:3] if name != weeks[2].id]
    assert judged[3:] == live, "then those in progress, the one that waits longest first"


def test_a_line_that_was_judged_some_time_ago_says_when(place: Place) -> None:
    active = three(place)[0]
    standings = Standings(clock=iter(range(1000)).__next__)
    look(place, standings, 0.5)
    for _ in range(2):
        place.now += timedelta(seconds=10)
        board = look(place, standings, 0.5)
    assert "as of 20 s ago" in words(cells(place, board, active))
    assert "visto há 20 s" in words(cells(place, board, active, "pt"))


def test_a_week_with_a_new_line_is_judged_at_the_next_look(place: Place) -> None:
    planned = three(place)[2]
    standings = Standings()
    before = standing(look(place, standings), planned)
    assert [one.page for one in before.problems] == ["jobs"], "only the runner is away"
    place.now += timedelta(seconds=2)
    assert standing(look(place, standings), planned) is before, "nothing of it has changed"
    client = place.client()
    recorded(client.open_incident(planned.id, "performance", "flat"))
    place.now += timedelta(seconds=2)
    after = standing(look(place, standings), planned)
    assert [one.page for one in after.problems] == ["escalation", "jobs"]


def test_a_slot_that_becomes_due_is_seen_when_it_does(place: Place) -> None:
    launch = place.now + timedelta(seconds=90)
    week = recorded(place.client().create_week(launch, planned=True))
    standings = Standings()
    found = standing(look(place, standings), week)
    assert not found.live
    slot = next(view for view in present(place.page().snapshot()).timeline if view.at > place.now)
    assert found.until <= slot.at
    place.now = slot.at + timedelta(seconds=1)
    after = present(standing(look(place, standings), week).next_slot)
    assert after.state is SlotState.DUE


def test_sessions_share_one_look(place: Place) -> None:
    three(place)
    standings, client, other = Standings(), place.client(), place.client()
    board = standings.look(client)
    place.now += timedelta(milliseconds=900)
    with counted() as cost:
        assert standings.look(other) is board
    assert (cost.transactions, cost.scenarios) == (0, [])
    place.now += timedelta(milliseconds=200)
    with counted() as later:
        standings.look(client)
    assert later.transactions == 1, "the records are kept while nothing of a week was written"


def test_a_week_that_cannot_be_judged_hides_no_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    active, bad, planned = three(place)

    def of(week: Snapshot) -> Standing:
        if week.week.id == bad.id:
            raise ValueError("it is broken")
        return standing_of(week)

    monkeypatch.setattr(kept, "standing_of", of)
    board = look(place, Standings())
    assert order(board) == [bad.id, active.id, planned.id]
    assert board.waiting == 0
    assert "This week can't be judged: ValueError" in words(cells(place, board, bad))
    assert "Running" in words(cells(place, board, active))


def test_a_line_opens_its_week_and_the_active_one_needs_no_address(place: Place) -> None:
    active, bad, _ = three(place)
    board = look(place, Standings())
    assert cells(place, board, active)["address"] == "this_week"
    assert cells(place, board, bad)["address"] == f"this_week?week={bad.id}"
    assert {row.week.id: address_week(row.week) for row in board.rows}[bad.id] == bad.id


def test_an_old_week_is_shown_on_demand(place: Place) -> None:
    week = place.watch()
    place.now += timedelta(days=100)
    new = recorded(place.client().create_week(place.now))
    test = place.draw("all_weeks")
    assert not test.exception
    assert "1 week. 1 week that is over is left out." in text_of(test)
    test.toggle(key=panel.EARLIER).set_value(True).run()
    assert "2 weeks; those with problems come first." in text_of(test)
    assert new.id != week.id


def test_without_a_week_the_page_says_how_to_make_one(place: Place) -> None:
    assert "There is no training week yet" in text_of(place.draw("all_weeks"))


def test_a_tick_shows_in_the_next_due_cell(place: Place) -> None:
    week = place.watch()
    standings = Standings()
    before = present(standing(look(place, standings), week).next_slot).spec
    client = place.client()
    for check in before.checks:
        recorded(client.tick(week.id, before.id, check, "seen", Verdict.PASS, "1"))
    place.now += timedelta(seconds=2)
    after = present(standing(look(place, standings), week).next_slot).spec
    assert after.id != before.id


@pytest.mark.parametrize("language", ["en", "pt"])
def test_each_line_has_a_cell_for_each_head(place: Place, language: Any) -> None:
    weeks = three(place)
    data = board_data(place.page(language=language), look(place, Standings()))
    assert {len(row["cells"]) + 1 for row in data["rows"]} == {len(data["heads"])}
    assert len(data["rows"]) == len(weeks)
