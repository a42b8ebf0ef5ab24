"""Links within a text: their addresses."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _linked() -> None:
    import streamlit as st

    from dashboard.text_links import text_link

    st.markdown(text_link("hourly_checks", "15:00 **Hourly**", {"slot": "hourly_1"}))
    st.markdown(text_link("jobs", "Jobs", week=None))


def test_a_link_names_the_slot_and_keeps_the_shown_week_and_moment() -> None:
    app = AppTest.from_function(_linked)
    assert [text.value for text in app.run().markdown] == [
        "[15:00 **Hourly**](hourly_checks?slot=hourly_1)",
        "[Jobs](jobs)",
    ]
    app.query_params.update({"week": "2026-02-23", "at": "2026-02-24T03:10Z"})
    slot, jobs = (text.value for text in app.run().markdown)
    assert slot == (
        "[15:00 **Hourly**](hourly_checks?week=2026-02-23&at=2026-02-24T03:10Z&slot=hourly_1)"
    )
    assert jobs == "[Jobs](jobs)", "of the active week, as of now"
