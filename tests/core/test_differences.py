"""Two nested settings: their leaves by path, and those that are not equal."""

from __future__ import annotations

from core.differences import ValuePair, differing, flattened, value_pairs


def test_settings_that_differ_are_named_in_order() -> None:
    settings = ({"seed": 7, "gamma": 0.98, "net": [64, 64]}, {"seed": 8, "net": [64, 64]})
    assert differing(settings) == ["gamma", "seed"]
    assert differing(settings[:1] * 2) == []


def test_items_with_an_id_keep_their_name_when_one_is_added_before_them() -> None:
    sharpe = {"id": "sharpe", "threshold": 1.0}
    pairs = value_pairs(
        {"gates": [sharpe]}, {"gates": [{"id": "calmar", "threshold": 2.0}, sharpe]}
    )
    assert [(pair.name, pair.earlier, pair.later) for pair in pairs] == [
        ("gates.calmar.id", None, "calmar"),
        ("gates.calmar.threshold", None, 2.0),
    ]


def test_a_list_of_plain_values_is_one_value_and_others_are_named_by_their_place() -> None:
    tree = {"hours": [1, 2], "steps": [{"text": "a"}, {"text": "b"}], "none": {}}
    assert flattened(tree) == {
        "hours": [1, 2],
        "steps.0.text": "a",
        "steps.1.text": "b",
        "none": {},
    }
    assert value_pairs(tree, tree | {"hours": [1, 3]}) == (ValuePair("hours", [1, 2], [1, 3]),)


def test_one_and_true_are_not_the_same_value() -> None:
    assert [pair.name for pair in value_pairs({"a": 1}, {"a": True})] == ["a"]
