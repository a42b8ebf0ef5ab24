"""The viewer, with language and time zone. Only this file reads the browser's context."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from core.language import LANGUAGES, Language
from core.timestamps import is_zone
from dashboard import remembered
from dashboard.access import current_person
from dashboard.wording import Words
from dashboard.wording.calendar import WEEKDAYS

if TYPE_CHECKING:
    from core.people import Person

_ON, _OFF = "on", "off"


@dataclass(frozen=True)
class Viewer:
    """A person at a screen, with language and time zone. Times are shown in UTC and local time."""

    person: Person
    language: Language = "en"
    zone: str = "UTC"
    live: bool = True
    keys: bool = True  # single letters act on checklists

    @property
    def words(self) -> Words:
        """Sentences in the viewer's language."""
        return Words(self.language)

    @property
    def city(self) -> str:
        """The zone as people call it: ``Sao Paulo``."""
        return self.zone.rsplit("/", 1)[-1].replace("_", " ")

    def local(self, moment: datetime) -> datetime:
        """The moment in the viewer's time zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def day(self, moment: datetime) -> str:
        """``Tue 24 Feb``, of the UTC day."""
        moment = moment.astimezone(UTC)
        return self.words.raw(
            "{weekday} {day:%-d %b}", weekday=WEEKDAYS[moment.weekday()], day=moment
        )

    def date(self, day: date) -> str:
        """``24 Feb 2026``: a day that may be of another year."""
        return self.words.raw("{day:%-d %b %Y}", day=day)

    def stamp(self, moment: datetime) -> str:
        """``24 Feb 2026 10:04``, in UTC: of a record that may be of another year."""
        moment = moment.astimezone(UTC)
        return f"{self.date(moment.date())} {moment:%H:%M}"

    def recorded(self, text: str) -> str:
        """A recorded time as :meth:`stamp`; any other text stays as it is."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        return self.stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def clock(self, moment: datetime) -> str:
        """``Tue 24 Feb 10:04``, in UTC."""
        moment = moment.astimezone(UTC)
        return f"{self.day(moment)} {moment:%H:%M}"

    @property
    def date_input(self) -> str:
        """The format of Streamlit's date widgets."""
        return {"en": "YYYY-MM-DD", "pt": "DD/MM/YYYY"}[self.language]

    def beside(self, moment: datetime, day: datetime) -> str:
        """``10:04 UTC`` beside something of that day, ``Sat 28 Feb 10:04 UTC`` of another."""
        moment, day = moment.astimezone(UTC), day.astimezone(UTC)
        of_day = moment.date() == day.date()
        return f"{moment:%H:%M} UTC" if of_day else f"{self.clock(moment)} UTC"

    def time(self, moment: datetime) -> str:
        """``10:04 UTC``, with the viewer's own time beside it where it differs."""
        moment = moment.astimezone(UTC)
        own = self.local(moment)
        if own.utcoffset() == moment.utcoffset():
            return f"{moment:%H:%M} UTC"
        shift = "" if own.date() == moment.date() else f" {self.day(own.replace(tzinfo=UTC))}"
        return f"{moment:%H:%M} UTC ({own:%H:%M} {self.city}{shift})"

    def moment(self, moment: datetime) -> str:
        """``Tue 24 Feb 10:04 UTC (07:04 Sao Paulo)``."""
        return f"{self.day(moment)} {self.time(moment)}"


def current_viewer() -> Viewer:
    """The viewer of this session; draws nothing."""
    return Viewer(
        person=current_person(),
        language=st.session_state.get("language") or default_language(),
        zone=_zone(),
        live=st.session_state.get("live", True),
        keys=st.session_state.get("keys", default_keys()),
    )


def default_language() -> Language:
    """The language in the URL (``?language=pt``), else the one chosen here before, else the browser's."""
    for asked in (st.query_params.get("language"), remembered.recall(remembered.LANGUAGE)):
        if asked in LANGUAGES:
            return asked
    return "pt" if (st.context.locale or "").lower().startswith("pt") else "en"


def default_keys() -> bool:
    """Whether single letters act, as it was chosen in this browser; they do at first."""
    return remembered.recall(remembered.KEYS) != _OFF


def draw_settings(say: Words) -> None:
    """Language, and the switches for updates and keys; drawn by the entry file, so all pages keep them."""
    if st.session_state.get("language") is None:
        st.session_state["language"] = default_language()
    with st.container(gap="xsmall"):
        st.toggle(
            say.raw("Live updates"),
            value=True,
            key="live",
            help=say("Pause the updates to read or type undisturbed."),
        )
        st.segmented_control(
            say.raw("Language"),
            list(LANGUAGES),
            format_func=lambda code: LANGUAGES[code],
            key="language",
            required=True,
            on_change=_keep_language,
            label_visibility="collapsed",
        )
        st.session_state.setdefault("keys", default_keys())
        st.toggle(
            say.raw("Single-letter keys"),
            key="keys",
            help=say(
                "On a checklist `j` `k` `t` `e` `u` `n` act without Ctrl. Turn them off if you"
                " speak to your computer, or press keys by accident. This browser remembers it."
            ),
            on_change=_keep_keys,
        )


def _keep_keys() -> None:
    remembered.keep(remembered.KEYS, _ON if st.session_state["keys"] else _OFF)


def _keep_language() -> None:
    """The chosen language stays after a reload; an address that names another would undo it."""
    language = st.session_state["language"]
    remembered.keep(remembered.LANGUAGE, language)
    if "language" in st.query_params:
        st.query_params["language"] = language


def _zone() -> str:
    zone = st.context.timezone or "UTC"
    return zone if is_zone(zone) else "UTC"
