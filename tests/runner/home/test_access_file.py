"""The access file is changed as a whole, keeps its comments, and is used only if it is private."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.access import AccessError, Unknown
from core.errors import InputError, SetupError
from core.paths import Home
from core.vocabulary import Role
from runner.home.access_file import give_role, read_access, remove_role

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# asked by the board
unknown: viewer
people:
  Ana@Example.org: engineer  # since March
  "sub:42": cto
groups: {ml-leads: lead}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def write(home: Home, text: str = TEXT) -> None:
    home.access.write_text(text, encoding="utf-8")
    home.access.chmod(0o600)


def test_the_first_person_creates_a_private_file(home: Home) -> None:
    assert give_role(home, "Ana@Example.org", Role.LEAD) is None
    assert home.access.stat().st_mode & 0o777 == 0o600
    access = read_access(home)
    assert access.people == {"ana@example.org": Role.LEAD}
    assert access.unknown is Unknown.NOTHING


def test_changes_keep_comments_and_the_way_a_name_was_written(home: Home) -> None:
    write(home)
    assert give_role(home, "ANA@example.org", Role.CTO) is Role.ENGINEER
    assert give_role(home, "staff", Role.VIEWER, group=True) is None
    assert remove_role(home, "sub:42") is Role.CTO
    assert home.access.read_text(encoding="utf-8") == (
        "# asked by the board\n"
        "unknown: viewer\n"
        "people:\n"
        "  Ana@Example.org: cto       # since March\n"
        "groups: {ml-leads: lead, staff: viewer}\n"
    )


def test_a_file_without_a_section_gets_it(home: Home) -> None:
    write(home, "people:\nunknown: nothing\n".replace("people:\n", ""))
    give_role(home, "staff", Role.VIEWER, group=True)
    give_role(home, "ana@example.org", Role.CTO)
    assert read_access(home).groups == {"staff": Role.VIEWER}
    assert read_access(home).people == {"ana@example.org": Role.CTO}


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602, 0o604])
def test_a_file_that_others_may_open_is_not_used(home: Home, mode: int) -> None:
    write(home)
    home.access.chmod(mode)
    for use in (
        lambda: read_access(home),
        lambda: give_role(home, "eve@example.org", Role.CTO),
        lambda: remove_role(home, "sub:42"),
    ):
        with pytest.raises(SetupError, match="accessible to others") as error:
            use()
        assert error.value.remedy.startswith(f"Run chmod 600 {home.access}")
    assert home.access.read_text(encoding="utf-8") == TEXT


def test_a_broken_file_stays_as_it_is(home: Home) -> None:
    write(home, TEXT + "people: {}\n")
    with pytest.raises(AccessError, match="duplicate key"):
        give_role(home, "eve@example.org", Role.CTO)
    assert home.access.read_text(encoding="utf-8") == TEXT + "people: {}\n"


def test_a_person_who_is_not_listed_can_not_be_removed(home: Home) -> None:
    write(home)
    with pytest.raises(InputError, match=r"eve@example\.org is not in the access file"):
        remove_role(home, "eve@example.org")
    with pytest.raises(InputError, match="is not in the access file"):
        remove_role(home, "ana@example.org", group=True)


def test_a_word_that_is_no_person_names_the_option_for_groups(home: Home) -> None:
    with pytest.raises(AccessError, match="neither an e-mail address") as error:
        give_role(home, "ml-leads", Role.LEAD)
    assert "--group" in error.value.remedy
    assert not home.access.exists()


def test_without_a_file_there_is_no_list(home: Home) -> None:
    with pytest.raises(AccessError, match="No such file") as error:
        read_access(home)
    assert "trainweek access add" in error.value.remedy
