import pytest

from core.telemetry.aliases import ALIASES, canonical, find
from core.telemetry.tags import MEANINGS, meaning
from tests.expected import present
from tests.portuguese import untranslated


def test_every_aliased_number_is_explained():
    assert set(ALIASES) <= set(MEANINGS)


def test_no_alias_stands_for_two_numbers():
    every = [alias for aliases in ALIASES.values() for alias in aliases]
    assert len(every) == len(set(every))
    assert not set(every) & set(ALIASES)


@pytest.mark.parametrize("tag", ["losses/approx_kl", "approxkl", "raw/gen/train/approx_kl"])
def test_old_and_prefixed_names_are_recognised(tag):
    assert canonical(tag) == "train/approx_kl"
    assert find("train/approx_kl", [tag, "other"]) == tag
    assert present(meaning(tag)).tag == "train/approx_kl"


def test_the_trap_of_fps_is_told():
    assert "hides slowdowns" in present(present(meaning("charts/SPS")).trap)
    assert "esconde" in present(present(meaning("charts/SPS")).trap).in_("pt")


@pytest.mark.parametrize("known", MEANINGS.values(), ids=MEANINGS)
def test_every_meaning_names_its_source_and_its_trap(known):
    assert known.source
    assert known.trap is not None
    # A range is a claim: without a source it would be a rumour.
    assert known.healthy is None or known.source is not None
    assert known.definition != known.definition.in_("pt")
    for text in (
        known.title,
        known.definition,
        known.source,
        known.unit,
        known.healthy,
        known.trap,
    ):
        assert text is None or untranslated(text) == []


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("train/kl_divergence_loss", "train/approx_kl"),  # TRPO
        ("losses/v_loss", "train/value_loss"),  # CleanRL
        ("train/policy_loss", "train/policy_gradient_loss"),  # A2C
        ("losses/old_approx_kl", "losses/old_approx_kl"),
        ("rollout/exploration_rate", "rollout/exploration_rate"),  # DQN, QR-DQN
        ("train/is_line_search_success", "train/is_line_search_success"),
    ],
)
def test_tags_of_other_algorithms_are_known(written, means):
    assert present(meaning(written)).tag == means


def test_our_reward_components_are_explained_and_strangers_are_not():
    assert "component log return" in present(meaning("reward/log_return")).definition
    assert meaning("reward/shaping") is None  # another trainer's: ours has no such part
    assert meaning("my/metric") is None


def test_the_present_name_comes_before_its_aliases():
    assert find("train/loss", ["loss", "train/loss"]) == "train/loss"
