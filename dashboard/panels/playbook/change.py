"""A changed playbook for the week: what differs, who took it and why, and the lead's act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import TrainweekError
from core.language import Message, plural
from core.ledger_bodies import PlaybookTaken
from core.playbook.difference_text import DifferenceText, in_words
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.wording import plain
from runner.outcomes import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.week import Week
    from dashboard.page import Page
    from runner.client.week_playbooks import PlaybookChange

PLACE = "take-playbook"
_FILE, _REASON = f"{PLACE}:file", f"{PLACE}:reason"
_TALL = 8  # differences that are shown without a frame of their own that scrolls


def show(page: Page, week: Week) -> None:
    """The week's earlier playbooks, and the form that takes a changed one."""
    _earlier(page, week)
    if week.only_watched:
        return
    own = _compared(page, week, week.playbook_file) if week.playbook_file else None
    changed = own is not None and not isinstance(own, TrainweekError) and bool(own.differences)
    if changed:
        st.info(
            page.say(
                "`{file}` was changed since. The week does not use the change until the ML lead takes it.",
                file=week.playbook_file,
            ),
            icon=":material/edit_document:",
        )
    with st.expander(
        page.say.raw("Take a changed playbook into the week"),
        icon=":material/published_with_changes:",
        expanded=changed,
        key="take-playbook",
    ):
        _form(page, week)
    outcomes.show(page, PLACE)


def _form(page: Page, week: Week) -> None:
    say = page.say
    st.caption(
        say(
            "What was judged before keeps the playbook that it was judged under. A signature is "
            "void as long as the rules that it was given for are not the week's. The next run, "
            "check or revalidation uses the new one."
        )
    )
    given = st.text_input(
        say.raw("Playbook file"),
        value=week.playbook_file or "",
        key=_FILE,
        placeholder="own_playbook.yaml",
        help=say("On the machine of the runner; a relative path starts at the data directory."),
    )
    if not (given or "").strip():
        return
    found = _compared(page, week, str(given).strip())
    if isinstance(found, TrainweekError):
        st.error(
            f"{say.text(found.what)} {say.text(found.remedy)}".replace("\n", "  \n"),
            icon=":material/block:",
        )
        return
    _differences(
        page, in_words(found.differences, week.playbook, found.file.playbook, page.viewer.language)
    )
    if found.refused is not None:
        st.warning(
            f"{say.text(found.refused.reason)} {say.text(found.refused.remedy)}",
            icon=":material/block:",
        )
    _act(page, week, found)


def _compared(page: Page, week: Week, file: str) -> PlaybookChange | TrainweekError:
    try:
        found = page.services.client.playbook_change(week.id, file)
    except TrainweekError as error:
        return error
    return TrainweekError(found.reason, found.remedy) if isinstance(found, Refused) else found


def _differences(page: Page, texts: Sequence[DifferenceText]) -> None:
    say = page.say
    st.markdown(f"**{say(plural('{n} difference', '{n} differences', len(texts)))}**")
    if not texts:
        return
    with st.container(
        height=420 if len(texts) > _TALL else "content", gap="xsmall", key="playbook-differences"
    ):
        for text in texts:
            st.markdown(_line(page, text))


def _line(page: Page, text: DifferenceText) -> str:
    say = page.say
    part = f"**{say.text(text.part)}**"
    if not text.field:
        return f"{part} · {say.text(text.after)}"
    meaning = f"  \n:small[:gray[{plain(text.meaning)}]]" if text.meaning else ""
    return (
        f"{part} · `{text.field}`: :gray[{say.text(text.before)}] → "
        f"**{say.text(text.after)}**{meaning}"
    )


def _act(page: Page, week: Week, found: PlaybookChange) -> None:
    say = page.say
    denied = page.denied(Right.PLAN, also_elsewhere=True)
    blocked = found.refused is not None
    st.text_area(
        say.raw("Reason"), key=_REASON, max_chars=2000, disabled=bool(denied) or blocked, height=80
    )
    file = str(st.session_state.get(_FILE) or "").strip()
    st.button(
        say.raw("Take this playbook"),
        key=f"{PLACE}:button",
        type="primary",
        icon=":material/published_with_changes:",
        disabled=bool(denied) or blocked,
        help=denied,
        on_click=outcomes.click(
            page,
            PLACE,
            say.raw("week {week} has the changed playbook", week=week.id),
            lambda: page.services.client.take_playbook(
                week.id,
                file,
                str(st.session_state.get(_REASON) or ""),
                found,
                key=outcomes.intent(PLACE),
            ),
        ),
    )


def _earlier(page: Page, week: Week) -> None:
    """Each change of the week's playbook, newest first."""
    if not week.earlier:
        return
    say = page.say
    lines = []
    for entry in page.services.client.playbook_changes(week.id):
        body = entry.body
        if not isinstance(body, PlaybookTaken):
            continue
        count = say(plural("{n} field", "{n} fields", len(body.changes)))
        fields = ", ".join(change.field for change in body.changes[:_TALL])
        more = " …" if len(body.changes) > _TALL else ""
        what = say(
            "{when}: {by} replaced `{before}`. {reason}",
            when=page.viewer.moment(entry.at_week),
            by=entry.by,
            before=body.before_sha256[:12],
            reason=body.reason,
        )
        lines.append(f"- {what} :small[:gray[{count}: {plain(fields)}{more}]]")
    st.markdown("\n".join([say(Message("Earlier playbooks of this week:")), "", *lines]))
