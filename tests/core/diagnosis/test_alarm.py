import pytest

from core.diagnosis.alarm import alarm_state
from core.vocabulary import FindingStatus as S

T, F, N = True, False, None


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], S.NO_DATA),
        ([F], S.OK),
        ([T], S.PENDING),
        ([F, T], S.PENDING),
        ([T, F], S.OK),
        ([T, T], S.FIRING),
        ([T, T, F], S.RECOVERING),
        ([T, T, F, F], S.RECOVERING),
        ([T, T, F, F, F], S.OK),
        ([T, T, F, T], S.FIRING),
        ([T, T, F, F, F, T], S.PENDING),
        ([T, F, T, F, T], S.PENDING),
        ([T, T, N], S.NO_DATA),
        ([T, N, T], S.PENDING),
    ],
)
def test_the_state_follows_from_the_evaluations(outcomes, state):
    assert alarm_state(outcomes, hold_for=2, keep_firing=3) is state


def test_an_alarm_without_a_waiting_time_fires_at_once():
    assert alarm_state([F, T], hold_for=1) is S.FIRING
