"""The report of a drill: how long the team took from the fault to each step, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.drill import CAUSES, DRILL, DrillKind, DrillMark, Fault, NamedCause
from core.language import Language, Message
from core.timestamps import age_text, iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True)
class Moment:
    """When something happened (real), and who did it; "": nobody."""

    at: datetime
    by: str = ""


@dataclass(frozen=True)
class DrillTimes:
    """What happened after the fault; None: it has not happened."""

    fault_at: datetime
    appeared: Moment | None
    told: Moment | None
    acknowledged: Moment | None
    diagnosed: Moment | None
    recovered: Moment | None
    wrong: tuple[NamedCause, ...] = ()  # causes that were named and are not the fault

    def steps(self) -> Mapping[str, Moment | None]:
        """The steps in their order."""
        return {
            "appeared": self.appeared,
            "told": self.told,
            "acknowledged": self.acknowledged,
            "diagnosed": self.diagnosed,
            "recovered": self.recovered,
        }

    def seconds(self, step: str) -> float | None:
        """Real seconds from the fault to a step; None: it was missed."""
        moment = self.steps()[step]
        if moment is None:
            return None
        return round((moment.at - self.fault_at).total_seconds(), 1)

    @property
    def missed(self) -> tuple[str, ...]:
        """The steps that did not happen."""
        return tuple(name for name, moment in self.steps().items() if moment is None)


STEPS: Mapping[str, Message] = {
    "appeared": Message("shown on the pages"),
    "told": Message("message arrived"),
    "acknowledged": Message("acknowledged"),
    "diagnosed": Message("cause named"),
    "recovered": Message("healthy again"),
}
PLAYED: Mapping[DrillKind, Message] = {
    DrillKind.STALL: Message("The trainer's process was stopped (SIGSTOP)."),
    DrillKind.KL: Message("The trainer's learning rate was turned up a hundredfold."),
    DrillKind.CRASH: Message("The trainer ended with a traceback."),
    DrillKind.NO_METRICS: Message("The trainer went on without writing events."),
    DrillKind.COLLAPSE: Message("The policy's last layer was set to zero, so it acts at random."),
}
_NOT_THE_TEAM_S = Message(
    "Limits are shorter than in a real week: a silence counts as a stall after 60 s, and alerts"
    " are looked for every 2 s."
)


def step_line(times: DrillTimes, step: str) -> Message:
    """``acknowledged: 42.0 s, by Ana``."""
    moment, seconds = times.steps()[step], times.seconds(step)
    if moment is None or seconds is None:
        return Message("{step}: not yet", step=STEPS[step])
    if moment.by:
        return Message(
            "{step}: {seconds:.1f} s, by {by}", step=STEPS[step], seconds=seconds, by=moment.by
        )
    return Message("{step}: {seconds:.1f} s", step=STEPS[step], seconds=seconds)


def wrong_line(times: DrillTimes, cause: NamedCause) -> Message:
    """A cause that was named and is not the fault."""
    return Message(
        "named wrongly: {scenario}, by {by}, after {age}",
        scenario=cause.scenario,
        by=cause.by,
        age=age_text(cause.at - times.fault_at),
    )


def as_json(mark: DrillMark, fault: Fault, times: DrillTimes) -> dict[str, Any]:
    """The report for programs. Seconds are real, from the fault."""
    return {
        "drill": True,
        "id": mark.id,
        "kind": mark.kind.value,
        "started_by": mark.by,
        "started_at": iso(mark.started_at),
        "ended_at": None if mark.ended_at is None else iso(mark.ended_at),
        "messages_sent": mark.send,
        "fault": {"at": iso(fault.at), "step": fault.step, "attempt": fault.attempt},
        "causes": list(CAUSES[mark.kind]),
        "seconds": {name: times.seconds(name) for name in times.steps()},
        "by": {name: moment.by for name, moment in times.steps().items() if moment and moment.by},
        "missed": list(times.missed),
        "named_wrongly": [each.as_dict() for each in times.wrong],
    }


def as_markdown(mark: DrillMark, fault: Fault, times: DrillTimes, language: Language) -> str:
    """The report for people."""

    def said(text: Message) -> str:
        return text.in_(language)

    rows = [
        "| {} | {} | {} |".format(
            said(STEPS[name]),
            said(Message("missed"))
            if moment is None
            else said(Message("{seconds:.1f} s", seconds=times.seconds(name))),
            "" if moment is None else moment.by.replace("|", "\\|"),
        )
        for name, moment in times.steps().items()
    ]
    lines = [
        f"# {said(DRILL)} {mark.id}, {mark.kind.value}",
        "",
        said(PLAYED[mark.kind]),
        said(
            Message(
                "Played at {time:%Y-%m-%d %H:%M:%S} UTC, step {step:,}. Started by {by}.",
                time=fault.at,
                step=fault.step or 0,
                by=mark.by,
            )
        ),
        said(
            Message("Messages went to the team's channels.")
            if mark.send
            else Message("Messages were written down, not sent.")
        ),
        "",
        "| {} | {} | {} |".format(
            said(Message("stage")), said(Message("after the fault")), said(Message("by"))
        ),
        "|---|---:|---|",
        *rows,
        "",
        *(f"- {said(wrong_line(times, each))}" for each in times.wrong),
        said(_NOT_THE_TEAM_S),
    ]
    return "\n".join(lines) + "\n"
