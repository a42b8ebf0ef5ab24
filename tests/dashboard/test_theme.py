"""The theme's message is Streamlit's own, and made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from dashboard.theme import kept_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def coloured() -> Iterator[None]:
    before = {
        name: config.get_option(name) for name in ("theme.primaryColor", "theme.baseFontSize")
    }
    config.set_option("theme.primaryColor", "#255e91")
    config.set_option("theme.baseFontSize", 14)
    yield
    for name, value in before.items():
        config.set_option(name, value)


def _filled(populate: Callable[..., None]) -> CustomThemeConfig:
    message = CustomThemeConfig()
    populate(message)
    populate(message.light, "theme.light")
    populate(message.dark, "theme.dark")
    populate(message.light.sidebar, "theme.light.sidebar")
    return message


@pytest.mark.usefixtures("coloured")
def test_it_is_streamlit_s_message_made_once_for_all_runs() -> None:
    made: list[str] = []

    def counted(message: CustomThemeConfig, section: str = "theme") -> None:
        made.append(section)
        app_session._populate_theme_msg(message, section)

    kept = kept_theme(counted)
    expected = _filled(app_session._populate_theme_msg)
    assert expected.primary_color == "#255e91"
    assert [_filled(kept), _filled(kept)] == [expected, expected]
    assert made == ["theme", "theme.light", "theme.dark", "theme.light.sidebar"]


def test_it_is_made_again_when_the_options_were_read_again() -> None:
    made: list[str] = []
    kept = kept_theme(lambda _, section: made.append(section))
    kept(CustomThemeConfig())
    kept(CustomThemeConfig())
    config._on_config_parsed.send()
    kept(CustomThemeConfig())
    assert made == ["theme", "theme"]
