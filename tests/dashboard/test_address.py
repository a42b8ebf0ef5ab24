"""The address decides what a page shows, but a late one does not undo a choice."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from dashboard.address import Address

    address = Address("page", ("first", "second"))
    st.session_state.setdefault("changes", []).append(address.changed())
    st.button("write", on_click=lambda: address.write({"first": "2", "second": ""}))
    st.button("leave", on_click=lambda: address.leave_out(["first"]))


def test_an_address_is_taken_over_once() -> None:
    test = AppTest.from_function(_script)
    test.query_params["first"] = "1"
    test.query_params["other"] = "not of this page"
    test.run()
    test.run()
    assert test.session_state["changes"] == [{"first": "1"}, None]


def test_what_the_widgets_wrote_is_no_change() -> None:
    test = AppTest.from_function(_script)
    test.query_params["second"] = "1"
    test.run()
    test.button[0].click().run()
    assert test.query_params["first"] == "2"
    assert "second" not in test.query_params
    assert test.session_state["changes"] == [{"second": "1"}, None]


def test_a_run_with_the_address_from_before_undoes_nothing() -> None:
    test = AppTest.from_function(_script)
    test.query_params["first"] = "1"
    test.run()
    test.button[0].click().run()
    test.query_params["first"] = "1"  # the browser had not taken over the new one
    test.run()
    assert test.session_state["changes"][-1] is None
    test.button[1].click().run()
    assert test.session_state["changes"][-1] == {}, "a removal is meant"
