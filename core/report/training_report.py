"""The training report: one self-contained HTML page of a whole run, to be read and printed offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.language import Message, said
from core.model_manifest import Validations
from core.model_selection import candidates
from core.reading import LATEST, as_set, shown_number, unit_text
from core.report.curve_chart import curve_chart
from core.report.speaker import Speaker
from core.report.templates import template
from core.report.training_facts import Happened
from core.state_words import capitals, word_of
from core.timestamps import age_text, moment_text, parse_moment
from core.vocabulary import HEALTHY_TRAINING, FindingStatus, ItemState, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.playbook.text import Readable
    from core.reading import Reading
    from core.report.training_facts import Curve, Event, TrainingFacts

MARKS = {
    Verdict.PASS: "✓",
    Verdict.WARN: "!",
    Verdict.FAIL: "✗",
    Verdict.PENDING: "…",
    Verdict.UNKNOWN: "?",
}
HAPPENED = {
    Happened.RESTART: Message("Restart"),
    Happened.SETTING: Message("Changed setting"),
    Happened.INCIDENT: Message("Incident"),
    Happened.FINDING: Message("Finding"),
    Happened.NOTE: Message("Note"),
}
ITEM_WORDS = {
    ItemState.OPEN: Message("open"),
    ItemState.DONE: Message("done"),
    ItemState.SKIPPED: Message("skipped"),
}
MOST_LINES = 20  # of each kind of log line: the newest
MOST_MARKED = 40  # events with a number on the curves: the newest


def training_report(facts: TrainingFacts, language: str = "en") -> str:
    """The page; the same facts give the same bytes.

    :param language: ``en`` or ``pt``; another one gives English.
    """
    v = Speaker(language if language == "pt" else "en")
    words = _Words(facts, v)
    events = _numbered(facts)
    marks = [(each.number, each.event.step) for each in events if each.event.step is not None]
    marks = sorted(marks[-MOST_MARKED:], key=lambda mark: mark[1])
    ends = _ends(facts)
    validation = facts.model.manifest.get("validation") if facts.model else None
    return template("training_report.html.j2").render(
        f=facts,
        v=v,
        say=v.say,
        plural=v.plural,
        words=words,
        text=lambda message: said(message, v.language),
        title=lambda readable: readable.in_(v.language),
        number=lambda value, unit="": shown_number(value, unit).in_(v.language),
        unit=lambda unit: unit_text(unit, 2).in_(v.language),
        capitals=lambda state: capitals(state).in_(v.language),
        word=lambda state: word_of(state).in_(v.language),
        marks=MARKS,
        healthy=facts.status in HEALTHY_TRAINING,
        events=events,
        happened={kind: name.in_(v.language) for kind, name in HAPPENED.items()},
        item_words={state: name.in_(v.language) for state, name in ITEM_WORDS.items()},
        charts=[
            (curve, curve_chart(curve, marks, ends, v) if len(curve.points) else "")
            for curve in facts.curves
        ],
        firing=FindingStatus.FIRING,
        critical=Severity.CRITICAL,
        most_lines=MOST_LINES,
        validation=validation if isinstance(validation, dict) else {},
        validations=Validations.read(validation if isinstance(validation, dict) else None),
        candidates=candidates(validation if isinstance(validation, dict) else None),
        config=_part(facts, "config"),
        data=_part(facts, "config", "data"),
        versions=_part(facts, "versions"),
        numerics=_part(facts, "numerics"),
    )


def report_name(run: str, language: str = "en") -> str:
    """The file's name: ``F12_20260223T140000Z_training_report_pt.html``."""
    return f"{run}_training_report{'_pt' if language == 'pt' else ''}.html"


@dataclass(frozen=True)
class _Numbered:
    number: int
    event: Event


@dataclass(frozen=True)
class _Words:
    """Times, settings and sentences of one run, in the speaker's language."""

    facts: TrainingFacts
    v: Speaker

    def week_time(self, moment: datetime) -> str:
        """A week moment, ``2026-02-24 10:00``."""
        return moment_text(moment.replace(microsecond=0)).in_(self.v.language)

    def when(self, moment: datetime | None) -> str:
        """A real moment in week time; a dash for None."""
        return "–" if moment is None else self.week_time(self.facts.clock.to_week(moment))

    def recorded(self, moment: object) -> str:
        """A time of a file, as it is written there: real time, or of a candle."""
        try:
            return self.week_time(parse_moment(moment)) if isinstance(moment, str) else "–"
        except InputError:
            return str(moment)

    def span(self) -> str:
        """How long the run took, in week time; and in real time where that is another."""
        until = self.facts.ended or self.facts.as_of
        real = until - self.facts.started
        week = self.facts.clock.to_week(until) - self.facts.clock.to_week(self.facts.started)
        if self.facts.clock.is_identity:
            return age_text(real)
        return self.v.say(
            "{week} of week time, {real} of real time", week=age_text(week), real=age_text(real)
        )

    def share(self) -> str:
        """How much of the run is done."""
        steps, total = self.facts.steps, self.facts.total_steps
        if steps is None:
            return self.v.say("no step yet")
        if not self.facts.limited:
            return shown_number(steps, "steps").in_(self.v.language)
        return self.v.say(
            "{steps:,} of {total:,} steps ({share:.1%})",
            steps=steps,
            total=total,
            share=steps / total,
        )

    def value(self, reading: Reading) -> str:
        """A reading's number with its unit."""
        value = reading.value
        if isinstance(value, str | bool):
            return str(value)
        return shown_number(value, reading.unit).in_(self.v.language)

    def origin(self, reading: Reading) -> str:
        """Over what, from where, at which step and time a number was read."""
        parts = []
        if reading.window != LATEST:
            parts.append(reading.window.in_(self.v.language))
        if reading.step is not None:
            parts.append(self.v.say("step {step}", step=shown_number(reading.step)))
        if reading.at is not None:
            parts.append(f"{self.when(reading.at)} UTC")
        if reading.source:
            parts.append(said(reading.source, self.v.language))
        return " · ".join(parts)

    def newest(self, curve: Curve) -> str:
        """The curve's newest value, with step and time; its lowest and highest."""
        known = curve.points.finite()
        if not len(known):
            return self.v.say("no finite value")
        step, last = known.last
        return self.v.say(
            "{value} at step {step}, {when} UTC; lowest {low}, highest {high}",
            value=shown_number(last, curve.unit),
            step=shown_number(step),
            when=self.when(known.last_at),
            low=shown_number(float(known.value.min()), curve.unit),
            high=shown_number(float(known.value.max()), curve.unit),
        )

    def limits(self, curve: Curve) -> str:
        """The curve's limits in words; empty without."""
        return "; ".join(text.in_(self.v.language) for _, text in curve.limits)

    def began(self, at: datetime | None, step: int | None) -> str:
        """Since when a finding holds."""
        parts = []
        if step is not None:
            parts.append(self.v.say("step {step}", step=shown_number(step)))
        if at is not None:
            parts.append(f"{self.when(at)} UTC")
        return ", ".join(parts) or "–"

    def setting(self, name: str) -> str:
        """A setting's value; of one that restarts changed all values: ``0.0003 → 0.0001``."""
        values = self.facts.changed.get(name) or (self.facts.settings.get(name),)
        return " → ".join(self.plain(value) for value in values)

    def plain(self, value: Any) -> str:
        """A value of a file."""
        if value is None:
            return "–"
        if isinstance(value, bool):
            return self.v.say("yes") if value else self.v.say("no")
        if isinstance(value, int | float):
            return as_set(value).in_(self.v.language)
        if isinstance(value, list | tuple):
            return ", ".join(self.plain(each) for each in value)
        return str(value)

    def names(self, titles: tuple[Readable, ...]) -> str:
        """Titles in one sentence."""
        return ", ".join(title.in_(self.v.language) for title in titles)


def _numbered(facts: TrainingFacts) -> list[_Numbered]:
    """The events in order of time, each with its number on the curves."""

    def order(event: Event) -> tuple[float, float, str]:
        step = -1.0 if event.step is None else event.step
        return (0.0 if event.at is None else event.at.timestamp(), step, event.text)

    return [_Numbered(n, event) for n, event in enumerate(sorted(facts.events, key=order), start=1)]


def _ends(facts: TrainingFacts) -> tuple[float, float]:
    """First and last step that a curve has."""
    curves = [curve.points.step for curve in facts.curves if len(curve.points)]
    return (
        float(min((steps[0] for steps in curves), default=0)),
        float(max((steps[-1] for steps in curves), default=1)),
    )


def _part(facts: TrainingFacts, *names: str) -> Mapping[str, Any]:
    """A part of the model's manifest; empty where it is not recorded."""
    found: Any = facts.model.manifest if facts.model else {}
    for name in names:
        found = found.get(name)
        if not isinstance(found, dict):
            return {}
    return found  # type: ignore[no-any-return]
