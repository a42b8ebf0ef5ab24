"""A home with a watched run of real event files, and panels drawn on it at a chosen time."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Table

from core.ledger_bodies import (
    AttemptColumns,
    AttemptStarted,
    JobChanged,
    JobColumns,
    ProcessColumns,
)
from core.paths import Home
from core.people import Person
from core.timestamps import iso
from core.vocabulary import JobKind, JobState, Role
from dashboard.data.services import Services
from dashboard.page import Page
from dashboard.viewer import Viewer
from runner.client import Client
from tests.event_files import Point, write_events
from tests.expected import job_of, present, recorded
from tests.runner.place import empty_database, write_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from streamlit.testing.v1.element_tree import Button, Widget

    from core.language import Language
    from core.ledger_bodies import Body
    from core.week import Week
    from runner.records import Job

LAUNCH = datetime(2026, 2, 23, 14, tzinfo=UTC)
STEPS_A_POINT = 4096
PEOPLE = {role: Person(f"some {role.value}", role) for role in Role}
LEAD = PEOPLE[Role.LEAD]

W = TypeVar("W", bound="Widget")


def events(hours: float, kl: float = 0.006, per_hour: int = 60) -> dict[str, list[Point]]:
    """A healthy run from launch on: reward rises from below 0, the loss falls."""
    walls = [LAUNCH.timestamp() + 3600 / per_hour * i for i in range(1, int(hours * per_hour) + 1)]
    steps = [STEPS_A_POINT * i for i in range(1, len(walls) + 1)]
    points = range(len(walls))

    def of(value: Callable[[int], float]) -> list[Point]:
        return [(steps[i], walls[i], value(i)) for i in points]

    return {
        "rollout/ep_rew_mean": of(lambda i: -1.0 + 0.05 * i),
        "rollout/ep_len_mean": of(lambda i: 20.0),
        "train/approx_kl": of(lambda i: kl),
        "train/loss": of(lambda i: 5.0 - 0.01 * i),
        "train/value_loss": of(lambda i: 9.0 - 0.02 * i),
        "train/policy_gradient_loss": of(lambda i: -0.01),
        "train/explained_variance": of(lambda i: 0.4),
        "train/entropy_loss": of(lambda i: -0.6),
        "eval/sharpe": of(lambda i: 0.5),
        "time/fps": of(lambda i: 68.0),
    }


class Place:
    """A home, and the panels on it. ``now`` is real and week time alike."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.now = LAUNCH + timedelta(hours=3, minutes=5)
        self.home.state.mkdir(parents=True, exist_ok=True)
        write_own(self.home.database, empty_database())

    def client(self, person: Person = LEAD) -> Client:
        return Client(self.home, person, now=lambda: self.now)

    def week(self, watched: Path | None = None, **given: Any) -> Week:
        """The manual's week; with ``watched`` its run is watched there."""
        return recorded(self.client().create_week(LAUNCH, watched=watched, **given))

    def watch(self, hours: float = 3.0, playbook_path: Path | None = None, **changed: Any) -> Week:
        """A week that watches a run of so many hours."""
        folder = self.home.root / "watched" / "attempt-001"
        write_events(folder, events(hours, **changed))
        return self.week(watched=folder.parent, playbook_path=playbook_path)

    def train(self, hours: float = 3.0, playbook_path: Path | None = None, **changed: Any) -> Job:
        """A week of our own whose training began at its launch and is in progress."""
        self.week(playbook_path=playbook_path)
        now, job = self.now, self.begin(LAUNCH)
        write_events(self.home.run_attempt(present(job.run), 1), events(hours, **changed))
        lines = (f"{iso(LAUNCH + timedelta(minutes=i))} [INFO] Iteration {i}" for i in range(180))
        self.home.training_log.parent.mkdir(parents=True, exist_ok=True)
        self.home.training_log.write_text("\n".join(lines) + "\n")
        self.now = now
        return present(self.client().job(job.id))

    def begin(self, moment: datetime, **params: object) -> Job:
        """Another training of the week, that began then; it is then now."""
        self.now = moment
        asked = {"override_reason": "checked by hand", **params}
        job = job_of(self.client().submit(JobKind.TRAIN, asked))
        folder = self.home.relative(self.home.attempt(job.id, 1))
        began = ProcessColumns(state=JobState.RUNNING, started_at=self.now, pid=os.getpid()).given()
        self.record_of_job(
            AttemptStarted(
                job_id=job.id,
                number=1,
                job=JobColumns(**began, attempt=1),
                attempt=AttemptColumns(**began, attempt_id="1", epoch=1, folder=folder),
            )
        )
        return job

    def end(self, job: Job, state: JobState) -> None:
        """The job's first attempt ends now."""
        ended = ProcessColumns(state=state, ended_at=self.now).given()
        self.record_of_job(
            JobChanged(
                job_id=job.id,
                number=1,
                job=JobColumns(**ended),
                attempt=AttemptColumns(**ended),
            )
        )

    def record_of_job(self, body: Body) -> None:
        """What a runner would write of a job at this moment."""
        client = self.client()
        week = present(client.active_week())
        with client.store.write() as write:
            write.append(body, by=LEAD, at=self.now, at_week=self.now, week_id=week.id)

    def page(
        self, role: Role = Role.LEAD, language: Language = "en", shown: str | None = None
    ) -> Page:
        services = Services(self.home, PEOPLE[role], now=lambda: self.now, week_id=shown)
        return Page(services, Viewer(PEOPLE[role], language, "America/Sao_Paulo", live=False))

    def draw(self, panel: str, role: Role = Role.LEAD, language: Language = "en") -> AppTest:
        """One panel as its page draws it; a second ``.run()`` sees what changed."""
        return self.app(panel, role, language).run()

    def app(self, panel: str, role: Role = Role.LEAD, language: Language = "en") -> AppTest:
        """As :meth:`draw`, before its first run: an address can be given to it."""
        return AppTest.from_function(
            _script, args=(panel, self.page(role, language)), default_timeout=30
        )


# AppTest runs the source of such a function alone: no name of this file is known in it.
def _script(panel, page) -> None:
    import importlib

    import streamlit as st

    from dashboard.navigation import build

    st.navigation(build(page.say), position="hidden")
    importlib.import_module(f"dashboard.panels.{panel}.page").show(page)


def draw_frame(page: Page) -> AppTest:
    """What stands above every page."""
    return AppTest.from_function(_frame, args=(page,), default_timeout=30).run()


def _frame(page) -> None:
    import streamlit as st

    from dashboard.frame import show
    from dashboard.navigation import build

    st.navigation(build(page.say), position="hidden")
    show(page, "Any page")


def text_of(test: AppTest) -> str:
    """Everything that a page says, in the order in which it is drawn."""
    parts = []
    for element in test.main:
        for name in ("value", "label", "body", "title"):
            said = getattr(element, name, None)
            if isinstance(said, str):
                parts.append(said)
        if isinstance(element, Table):
            parts += map(str, [*element.value.columns, *element.value.to_numpy().ravel()])
        title = getattr(getattr(element, "proto", None), "title", "")
        if isinstance(title, str):
            parts.append(title)
    # Neither escapes nor the kind of a space are seen by people.
    return "\n".join(parts).replace("\\", "").replace("\u00a0", " ")


def text_links(test: AppTest) -> list[str]:
    """The labels of the links within texts, Markdown without escapes."""
    nested = r"\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\]]*\])*\])*)\]\(\w+(?:\?[^)]*)?\)"
    texts = "\n".join(element.value for element in test.markdown)
    return re.findall(nested, texts.replace("\\", ""))


def tiles_of(test: AppTest) -> dict[str, list[str]]:
    """The paragraphs of each tile, by its first one, its name, without colour and icon."""
    found = {}
    for element in test.markdown:
        for item in re.findall(r"^- (.*?)(?=^- |\Z)", element.value, re.DOTALL | re.MULTILINE):
            name, *rest = (part.strip() for part in item.strip().replace("\\", "").split("\n\n"))
            found[re.sub(r"^:\w+\[:material/\w+: (.*)\]$", r"\1", name)] = [name, *rest]
    return found


def keyed(widgets: Iterable[W], beginning: str) -> list[W]:
    """Those whose key begins so."""
    return [each for each in widgets if (each.key or "").startswith(beginning)]


def button(test: AppTest, key: str) -> Button:
    """:raises AssertionError: there is no such button; names those that are."""
    found = [b for b in test.button if b.key == key]
    assert found, f"no button {key!r} among {[b.key for b in test.button]}"
    return found[0]
