from __future__ import annotations

import pytest

from core.errors import PermissionDenied
from core.people import Person, is_name
from core.vocabulary import Right, Role


def test_a_person_with_the_right_goes_through() -> None:
    Person("Ana", Role.CTO).require(Right.SIGN)


def test_a_person_without_the_right_learns_who_has_it() -> None:
    with pytest.raises(PermissionDenied, match="Ana has the role engineer") as refused:
        Person("Ana", Role.ENGINEER).require(Right.REVALIDATE)
    assert refused.value.remedy == "Ask someone with the role lead."


@pytest.mark.parametrize("name", ["", " Ana", "A\nB", "\u202e", "a\0", "x" * 101])
def test_a_name_is_one_visible_stripped_line(name: str) -> None:
    assert not is_name(name)
    assert is_name("Ana Conceição de Ávila")


def test_a_person_is_unverified_until_a_login_proves_the_name() -> None:
    assert not Person("Ana", Role.VIEWER).verified
