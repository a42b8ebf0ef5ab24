"""A changed playbook is taken into the week in the browser; the checklist says what judged it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import PlaybookTaken
from core.vocabulary import Role
from tests.browser.place import Site
from tests.expected import body_of, present, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Open


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week of a playbook of its own, launched an hour and a half ago."""
    site = Site(tmp_path_factory.mktemp("own") / "home")
    file = site.home.root / "own.yaml"
    file.write_text("extends: phase4\nid: own\n")
    launch = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=90)
    recorded(site.client.create_week(launch, playbook_path=file))
    try:
        site.serve()
        yield site
    finally:
        site.close()


def test_the_lead_sees_what_differs_and_takes_it(own: Site, window: Open) -> None:
    before = present(own.client.active_week()).playbook_sha256
    (own.home.root / "own.yaml").write_text(
        "extends: phase4\nid: own\nchecks: {kl_divergence: {threshold: 0.02}}\n"
    )
    screen = window(own)
    screen.go("playbook")
    screen.sees("was changed since")
    screen.sees("1 difference")
    screen.part("playbook-differences").get_by_text("0.01 → 0.02").wait_for()
    take = screen.part("take-playbook")
    take.get_by_role("textbox", name="Reason").fill("0.01 is too strict")
    screen.assert_whole()
    screen.press("Take this playbook", within=take)
    screen.sees("Earlier playbooks of this week:")
    screen.sees("0.01 is too strict")
    [entry] = own.client.playbook_changes(present(own.client.active_week()).id)
    assert body_of(entry, PlaybookTaken).before_sha256 == before

    screen.go("hourly_checks", slot="hourly_1")
    screen.sees(f"Judged under playbook {before[:12]}")
    screen.go("hourly_checks", slot="hourly_2")
    screen.sees("0 of 5")
    assert "Judged under playbook" not in screen.text()


def test_a_viewer_compares_and_takes_nothing(own: Site, window: Open) -> None:
    screen = window(own, "phone", role=Role.VIEWER)
    screen.go("playbook")
    screen.main.get_by_text("Take a changed playbook into the week").click()
    screen.sees("0 differences")
    screen.assert_whole()
    assert screen.main.get_by_role("button", name="Take this playbook").is_disabled()


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week whose gates are not the manual's."""
    site = Site(tmp_path_factory.mktemp("loose") / "home")
    file = site.home.root / "own.yaml"
    file.write_text("extends: phase4\ngates: [{id: sharpe, threshold: -99.0}]\n")
    recorded(site.client.create_week(datetime.now(UTC).replace(microsecond=0), playbook_path=file))
    try:
        site.serve()
        yield site
    finally:
        site.close()


@pytest.mark.parametrize("name", ["launch", "revalidation", "decision"])
def test_gates_that_are_not_the_manuals_are_on_the_ctos_phone_in_portuguese(
    loose: Site, window: Open, name: str
) -> None:
    screen = window(loose, "phone", locale="pt-BR", role=Role.CTO)
    screen.go(name)
    shown = screen.part("changed-rules")
    shown.get_by_text("1 regra difere do playbook que vem com o trainweek").wait_for()
    assert 'Gate "Sharpe Ratio", threshold: 1 → −99' in shown.inner_text()
    screen.assert_whole()
