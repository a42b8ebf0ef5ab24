"""Who may come in: every doubt about an identity or the list is a "no"."""

from __future__ import annotations

import pytest

from core.access import AccessError, AccessList, identity_of, parse_access, role_of
from core.errors import PermissionDenied
from core.language import Message
from core.vocabulary import Role
from tests.portuguese import untranslated

LIST = """\
people:
  Ana@Example.org: engineer
  carla@example.org: lead
  "sub:42": cto
groups:
  ml-leads: lead
  board: cto
"""


def access(text: str = LIST) -> AccessList:
    return parse_access(text, "access.yaml")


def claims(**given) -> dict:
    return {"sub": "u-1", **given}


def test_a_verified_address_gets_its_role_whatever_its_case() -> None:
    given = claims(email="ANA@example.ORG", email_verified=True)
    assert role_of(access(), given) is Role.ENGINEER
    assert identity_of(given).name == "ana@example.org"


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1, "yes", [True]])
def test_an_address_that_is_not_verified_gets_nothing(verified) -> None:
    given = claims(email="ana@example.org", email_verified=verified)
    with pytest.raises(PermissionDenied, match="not verified the e-mail address") as denied:
        role_of(access(), given)
    assert "sub:u-1" in denied.value.remedy
    for said in (denied.value.what, denied.value.remedy):
        assert isinstance(said, Message)
        assert untranslated(said) == []
    assert identity_of(given).name == "sub:u-1", "an unverified address is no name"


def test_an_address_without_the_claim_of_verification_gets_nothing() -> None:
    with pytest.raises(PermissionDenied):
        role_of(access(), claims(email="carla@example.org"))


@pytest.mark.parametrize("sub", [None, "", 7, "a\nb", "x" * 200, ["u"]])
def test_claims_without_a_subject_are_denied(sub) -> None:
    with pytest.raises(PermissionDenied, match="claim sub"):
        role_of(access(), {"sub": sub, "email": "ana@example.org", "email_verified": True})


def test_an_address_that_only_casefolds_to_a_listed_one_gets_nothing() -> None:
    listed = access("people: {strasse@example.org: cto, kim@example.org: cto}")
    for look_alike in ("stra\u00dfe@example.org", "\u212aim@example.org"):
        with pytest.raises(PermissionDenied):
            role_of(listed, claims(email=look_alike, email_verified=True))


def test_a_subject_is_listed_without_an_address() -> None:
    assert role_of(access(), {"sub": "42"}) is Role.CTO
    assert identity_of({"sub": "42"}).name == "sub:42"


def test_an_address_can_not_pass_for_a_subject() -> None:
    given = claims(email="sub:42", email_verified=True)
    with pytest.raises(PermissionDenied):
        role_of(access(), given)


def test_a_group_gives_its_role_and_an_own_entry_counts_before() -> None:
    assert role_of(access(), claims(groups=["staff", "ml-leads"])) is Role.LEAD
    assert role_of(access(), claims(groups="board")) is Role.CTO
    own = claims(email="ana@example.org", email_verified=True, groups=["board"])
    assert role_of(access(), own) is Role.ENGINEER


@pytest.mark.parametrize("groups", [{"board": 1}, [["board"]], 3, ["Board"], [b"board"]])
def test_any_other_form_of_groups_is_none(groups) -> None:
    with pytest.raises(PermissionDenied):
        role_of(access(), claims(groups=groups))


def test_groups_with_different_roles_contradict_each_other() -> None:
    with pytest.raises(PermissionDenied, match="several roles in the access file: lead, cto"):
        role_of(access(), claims(groups=["ml-leads", "board"]))


def test_an_address_and_a_subject_with_different_roles_contradict_each_other() -> None:
    given = {"sub": "42", "email": "ana@example.org", "email_verified": True}
    with pytest.raises(PermissionDenied, match="engineer, cto"):
        role_of(access(), given)


def test_an_unknown_person_gets_nothing_or_reads() -> None:
    given = claims(email="eve@example.org", email_verified=True)
    with pytest.raises(PermissionDenied, match=r"eve@example\.org is not in the access file") as no:
        role_of(access(), given)
    assert no.value.remedy == "Ask for: trainweek access add eve@example.org ROLE"
    assert role_of(access("unknown: viewer\n"), given) is Role.VIEWER


def test_another_claim_may_list_the_groups() -> None:
    entra = access("group_claim: roles\ngroups: {Trainweek.Lead: lead}\n")
    assert role_of(entra, claims(roles=["Trainweek.Lead"])) is Role.LEAD


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people: {ana@example.org: admin}", "line 1: people.ana@example.org: 'admin' is invalid"),
        ("people:\n  ana@a.org: lead\n  ANA@a.org: cto", "is listed twice"),
        ("people:\n  ana@a.org: lead\n  ana@a.org: cto", "duplicate key"),
        ("people:\n  ana: lead", "ana is neither an e-mail address nor a subject"),
        ("people:\n  stra\u00dfe@a.org: lead", "is neither an e-mail address"),
        ('people: {"sub:": lead}', "names no subject"),
        ("person: {ana@a.org: lead}", "person: unknown key"),
        ("unknown: everything", "unknown: 'everything' is invalid"),
        ("unknown: engineer", "unknown: 'engineer' is invalid"),
        ("group_claim: ' '", "the name of a claim is empty"),
        ("people: [ana@a.org]", "people: ['ana@a.org'] is invalid; expected a mapping"),
        ("people:\n  ana@a.org: [lead, cto]", "is invalid"),
        ("", "the file is empty"),
        ("- ana", "not a YAML mapping"),
        ("people: {ana@a.org: lead", "invalid YAML"),
        ("people: &p {}\ngroups: *p", "alias"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(AccessError) as error:
        access(text)
    assert said in error.value.what
    assert error.value.what.startswith("access.yaml, line ")
    assert isinstance(error.value.what, Message)
    assert untranslated(error.value.what) == []


@pytest.mark.parametrize("name", ["''", "' '", '"\\t"'])
def test_a_group_without_a_name_is_refused(name: str) -> None:
    """A provider that sends an empty claim would make everybody its member."""
    with pytest.raises(AccessError, match="name of a group is empty"):
        access(f"groups: {{{name}: cto}}\n")
