"""The filter of the page, and the download of what it lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from core.state_words import ACTS_DONE
from core.vocabulary import Decision, SignatureAct, SignatureState
from dashboard.components.states import word
from dashboard.kept_choice import kept_choice
from dashboard.panels.history import address
from runner.client.signatures.decision_filter import SignedAs
from runner.client.signatures.decision_rows import as_csv, as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision

LONGEST = 200  # characters of the searched text


def chosen(page: Page, found: Sequence[ArchivedDecision]) -> list[ArchivedDecision]:
    """Draw the filter; those that it lets through, in their order."""
    asked = address.asked_filter()
    if len(found) < 2 and asked.empty:
        _result(page, found, len(found))
        return list(found)
    with st.container(border=True, gap="xsmall", key="history-filter"):
        with st.grid("auto", min_column_width=150, gap="small"):
            _text(page)
            _places(page, found)
            _days(page)
        with st.container(horizontal=True, gap="medium"):
            _kinds(page)
        shown = address.asked_filter().chosen(found)
        _result(page, shown, len(found))
    return shown


def _text(page: Page) -> None:
    say = page.say
    st.text_input(
        say.raw("Search"),
        key=address.key("text"),
        type="search",
        placeholder=say.raw("Search"),
        max_chars=LONGEST,
        on_change=address.filtered,
        help=say("Words in hashes, run, week, names, reasons and conditions. All must occur."),
    )


def _places(page: Page, found: Sequence[ArchivedDecision]) -> None:
    """Week and run, where there is something to choose."""
    say = page.say
    briefs = [one.brief for one in reversed(found) if one.brief]
    parts = (
        ("of_week", say.raw("Week"), say.raw("All weeks"), [each.week for each in briefs]),
        ("run", say.raw("Model of run"), say.raw("All runs"), [each.run for each in briefs]),
    )
    for name, label, everything, values in parts:
        asked = st.session_state.get(address.key(name))
        known = dict.fromkeys(each for each in (*values, asked) if each)
        if len(known) < 2 and not asked:
            continue
        captions = {"": everything, **{each: each for each in known}}
        kept_choice(
            st.selectbox, label, captions, key=address.key(name), on_change=address.filtered
        )


def _days(page: Page) -> None:
    say = page.say
    for name, label in (("since", say.raw("From (UTC)")), ("until", say.raw("To (UTC)"))):
        st.date_input(
            label,
            value=None,
            key=address.key(name),
            format=page.viewer.date_input,
            on_change=address.filtered,
        )


def _kinds(page: Page) -> None:
    say = page.say
    st.pills(
        say.raw("Decision"),
        [each.value for each in Decision],
        selection_mode="multi",
        format_func=lambda value: word(Decision(value), say),
        key=address.key("verdict"),
        on_change=address.filtered,
        wrap=True,
    )
    st.pills(
        say.raw("Signature"),
        [each.value for each in SignedAs],
        selection_mode="multi",
        format_func=lambda value: _signed_as(page, SignedAs(value)),
        key=address.key("signed"),
        on_change=address.filtered,
        wrap=True,
    )


def _signed_as(page: Page, kind: SignedAs) -> str:
    acts = {each.value: each for each in SignatureAct}
    if kind.value in acts:
        return page.say.raw(ACTS_DONE[acts[kind.value]])
    return word(SignatureState(kind.value.upper()), page.say)


def _result(page: Page, shown: Sequence[ArchivedDecision], of_all: int) -> None:
    """How many are left, and their download."""
    say = page.say
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="history-result"
    ):
        if len(shown) == of_all:
            st.markdown(say(plural("{n} revalidation", "{n} revalidations", of_all)))
        else:
            count = plural("{count} of {n} revalidation", "{count} of {n} revalidations", of_all,
                           count=len(shown))  # fmt: skip
            st.markdown(f"**{say(count)}**")
        if not address.asked_filter().empty:
            st.button(
                say.raw("Clear the filter"),
                key="history:clear",
                icon=":material/filter_alt_off:",
                type="tertiary",
                on_click=address.clear,
            )
        newest = list(reversed(shown))
        for label, make, kind in (
            (say.raw("Download as CSV"), as_csv, "csv"),
            (say.raw("Download as JSON"), as_json, "json"),
        ):
            st.download_button(
                label,
                data=lambda make=make: make(newest),  # type: ignore[misc]
                file_name=f"trainweek_decisions.{kind}",
                mime="text/csv" if kind == "csv" else "application/json",
                icon=":material/download:",
                key=f"history:{kind}",
                on_click="ignore",
                disabled=not shown,
            )
