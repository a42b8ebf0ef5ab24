from __future__ import annotations

import pytest

from core.errors import PermissionDenied
from core.people import Person
from core.vocabulary import Right, Role


def test_a_person_with_the_right_goes_through() -> None:
    Person("Ana", Role.CTO).require(Right.SIGN)


def test_a_person_without_the_right_learns_who_has_it() -> None:
    with pytest.raises(PermissionDenied, match="Ana has the role engineer") as refused:
        Person("Ana", Role.ENGINEER).require(Right.REVALIDATE)
    assert refused.value.remedy == "Ask someone with the role lead."


def test_a_person_is_unverified_until_a_login_proves_the_name() -> None:
    assert not Person("Ana", Role.VIEWER).verified
