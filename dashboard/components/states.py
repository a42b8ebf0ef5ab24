"""How states are shown everywhere: icon, word and colour, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.state_words import ACTS_DONE, word_of
from core.vocabulary import (
    Decision,
    EvidenceGrade,
    FindingStatus,
    IncidentState,
    JobState,
    Liveness,
    Severity,
    SignatureAct,
    SignatureState,
    SlotState,
    TrainingStatus,
    Verdict,
    WeekState,
    doubtful_go,
)

if TYPE_CHECKING:
    from enum import StrEnum

    from dashboard.wording import Words

Colour = Literal["green", "orange", "red", "blue", "violet", "gray"]


@dataclass(frozen=True)
class Look:
    """How a state looks: an icon of the bundled set and a colour of the theme."""

    icon: str
    colour: Colour


_PASS, _WARN, _FAIL = (
    Look("check_circle", "green"),
    Look("warning", "orange"),
    Look("cancel", "red"),
)
_PENDING, _UNKNOWN, _NOT_YET = (
    Look("hourglass_top", "blue"),
    Look("help", "violet"),
    Look("radio_button_unchecked", "gray"),
)

LOOKS: dict[type[StrEnum], dict[StrEnum, Look]] = {
    Verdict: {
        Verdict.PASS: _PASS,
        Verdict.WARN: _WARN,
        Verdict.FAIL: _FAIL,
        Verdict.PENDING: _PENDING,
        Verdict.UNKNOWN: _UNKNOWN,
    },
    SlotState: {
        SlotState.DONE: _PASS,
        SlotState.DUE: Look("notifications_active", "blue"),
        SlotState.OVERDUE: Look("alarm", "red"),
        SlotState.UPCOMING: _NOT_YET,
        SlotState.SKIPPED: Look("do_not_disturb_on", "gray"),
        SlotState.RUN_FINISHED: Look("sports_score", "gray"),
    },
    WeekState: {
        WeekState.PLANNED: Look("event_upcoming", "gray"),
        WeekState.RUNNING: Look("play_circle", "blue"),
        WeekState.FINISHED: Look("flag", "gray"),
        WeekState.ARCHIVED: Look("inventory_2", "gray"),
    },
    JobState: {
        JobState.QUEUED: Look("hourglass_top", "gray"),
        JobState.STARTING: Look("hourglass_top", "blue"),
        JobState.RUNNING: Look("play_circle", "blue"),
        JobState.STOPPING: Look("hourglass_bottom", "orange"),
        JobState.SUCCEEDED: _PASS,
        JobState.FAILED: _FAIL,
        JobState.STOPPED: Look("stop_circle", "orange"),
        JobState.INTERRUPTED: Look("power_off", "orange"),
        JobState.LOST: Look("help", "red"),
    },
    Liveness: {
        Liveness.WORKING: Look("monitor_heart", "green"),
        Liveness.QUIET: Look("hourglass_empty", "orange"),
        Liveness.STALLED: Look("hourglass_disabled", "red"),
        Liveness.DEAD: Look("heart_broken", "red"),
        Liveness.DONE: _PASS,
        Liveness.UNREACHABLE: Look("cloud_off", "orange"),
        Liveness.DISPUTED: Look("rule", "orange"),
    },
    TrainingStatus: {
        TrainingStatus.NOT_STARTED: _NOT_YET,
        TrainingStatus.RUNNING: Look("play_circle", "blue"),
        TrainingStatus.COMPLETED: _PASS,
        TrainingStatus.STOPPED: Look("stop_circle", "orange"),
        TrainingStatus.CRASHED: _FAIL,
        TrainingStatus.HUNG: Look("hourglass_disabled", "red"),
        TrainingStatus.INTERRUPTED: Look("power_off", "orange"),
        TrainingStatus.LOST: Look("help", "red"),
    },
    FindingStatus: {
        FindingStatus.OK: _PASS,
        FindingStatus.PENDING: Look("visibility", "blue"),
        FindingStatus.FIRING: Look("notifications_active", "red"),
        FindingStatus.RECOVERING: Look("healing", "orange"),
        FindingStatus.NO_DATA: _UNKNOWN,
    },
    Severity: {
        Severity.INFO: Look("info", "blue"),
        Severity.WARNING: _WARN,
        Severity.CRITICAL: Look("error", "red"),
    },
    IncidentState: {
        IncidentState.OPEN: Look("error", "red"),
        IncidentState.CLOSED: Look("task_alt", "gray"),
    },
    Decision: {
        Decision.GO: _PASS,
        Decision.PARTIAL: _WARN,
        Decision.NO_GO: _FAIL,
    },
    EvidenceGrade: {
        EvidenceGrade.STRONG: Look("verified", "green"),
        EvidenceGrade.ADEQUATE: Look("check", "green"),
        EvidenceGrade.WEAK: Look("warning", "orange"),
        EvidenceGrade.INSUFFICIENT: Look("help", "red"),
    },
    SignatureState: {
        SignatureState.UNSIGNED: Look("ink_pen", "blue"),
        SignatureState.STANDS: Look("verified", "green"),
        SignatureState.REJECTED: Look("block", "red"),
        SignatureState.VOID: Look("link_off", "red"),
        SignatureState.EXPIRED: Look("event_busy", "orange"),
        SignatureState.UNTRUSTED: Look("gpp_maybe", "orange"),
        SignatureState.ALTERED: Look("gpp_bad", "red"),
        SignatureState.UNKNOWN: Look("help", "violet"),
    },
}


ACTS: dict[SignatureAct, Look] = {
    SignatureAct.APPROVE: Look("verified", "green"),
    SignatureAct.APPROVE_WITH_CONDITIONS: Look("verified", "orange"),
    SignatureAct.REJECT: Look("block", "red"),
}


def look(state: StrEnum) -> Look:
    """Icon and colour of a state.

    :raises KeyError: for a state without an entry in ``LOOKS``.
    """
    return LOOKS[type(state)][state]


def word(state: StrEnum, say: Words) -> str:
    """The state's name in the viewer's language, without markup."""
    return say.raw(word_of(state))


def badge(state: StrEnum, say: Words) -> str:
    """Markdown of a filled badge: icon + word on its colour."""
    seen = look(state)
    return f":{seen.colour}-badge[:material/{seen.icon}: {word(state, say)}]"


def doubt(decision: Decision, grade: EvidenceGrade | None, say: Words) -> str:
    """`` on WEAK evidence``, of a GO that could be luck; empty for any other decision."""
    if grade is None or not doubtful_go(decision, grade):
        return ""
    return f" {say('on {grade} evidence', grade=word(grade, say).upper())}"


def decided(
    decision: Decision, grade: EvidenceGrade | None, say: Words, filled: Literal["-badge", ""] = ""
) -> str:
    """Markdown of a decision; a GO that could be luck is orange and says so."""
    if on := doubt(decision, grade, say):
        return f":orange{filled}[:material/warning: {word(decision, say)}{on}]"
    return badge(decision, say) if filled else mark(decision, say)


def mark(state: StrEnum, say: Words) -> str:
    """Markdown of icon + word in its colour, without a filled background; for dense places.

    The icon stays on the line of the word, and ``NO-GO`` on one line.
    """
    seen = look(state)
    whole = word(state, say).replace("-", "\u2011")
    return f":{seen.colour}[:material/{seen.icon}:\u00a0{whole}]"


def icon(state: StrEnum) -> str:
    """The icon alone, where the text already names the state."""
    seen = look(state)
    return f":{seen.colour}[:material/{seen.icon}:]"


def signed(state: SignatureState, act: SignatureAct | None, say: Words, ground: str = "") -> str:
    """Markdown of a signature in one word: the act if it is a valid approval, else its state.

    :param ground: ``-badge`` for a filled background.
    """
    seen, text = look(state), word(state, say)
    if state is SignatureState.STANDS and act is not None:
        seen, text = ACTS[act], say.raw(ACTS_DONE[act])
    return f":{seen.colour}{ground}[:material/{seen.icon}: {text}]"
