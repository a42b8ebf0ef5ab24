"""Live training: each chart says what its tag means, in the viewer's language."""

from __future__ import annotations

from tests.dashboard.place import Place, text_of


def helps(test) -> str:
    return "\n".join(str(element.help) for element in test.markdown if element.help)


def test_a_chart_tells_definition_unit_range_source_and_trap(tmp_path):
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("live_training")
    assert not test.exception
    told = helps(test).replace("\\", "")
    assert "`train/approx_kl` [nats]" in told
    assert "half of the runs have a median between 0.005 and 0.013" in told
    assert "observed in 376 public PPO runs" in told
    assert "97 % of healthy runs cross 0.01" in told
    assert "100% of its highest" in text_of(test)  # the entropy has not moved


def test_meanings_are_told_in_portuguese(tmp_path):
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("live_training", language="pt")
    assert not test.exception
    told = helps(test).replace("\\", "")
    assert "observado em 376 execuções públicas" in told
    assert "esconde lentidões" in told
