"""``trainweek decision``: exit codes and messages, here and on another machine."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.files import write_json
from core.paths import Home
from core.people import Person
from core.vocabulary import Role, SignatureAct
from tests.expected import recorded
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LAUNCH, LEAD, add_line, empty_database
from tests.runner.signed_place import CONDITIONS, SignedPlace

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def decision(*words: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    return trainweek("decision", *words, home=home)


def test_the_gate_of_a_pipeline_opens_and_shuts(place: SignedPlace) -> None:
    root = place.home.root
    seen = place.revalidate("PARTIAL")
    unsigned = decision("gate", home=root)
    assert unsigned.returncode == 1
    assert json.loads(unsigned.stdout)["state"] == "UNSIGNED"
    act = SignatureAct.APPROVE_WITH_CONDITIONS
    signed = recorded(place.sign(seen, act, CONDITIONS))
    assert json.loads(decision("gate", home=root).stdout)["reason"].startswith("Open conditions")
    place.client(LEAD).close_condition(signed.id, 0, "done")
    closed = decision("close", 2, "--note", "the alarm is live", home=root)
    assert closed.returncode == 0
    assert "Condition 2 closed" in closed.stdout
    again = decision("close", 2, "--note", "again", home=root)
    assert again.returncode == 2
    assert "has already closed it" in again.stderr
    unproved = decision("gate", home=root)
    assert unproved.returncode == 1
    assert "closed a condition, but no login proved the name" in unproved.stdout
    passed = decision("gate", "--allow-unverified", home=root)
    assert passed.returncode == 0
    assert json.loads(passed.stdout)["pass"] is True
    place.home.best_model.write_bytes(b"another")
    shut = decision("gate", "--allow-unverified", home=root)
    reported = json.loads(shut.stdout)
    assert shut.returncode == 1
    assert reported["state"] == "VOID"
    assert reported["remedy"]
    row = json.loads(decision("history", "--json", home=root).stdout)[0]
    assert (row["state"], row["act"], row["by"]) == ("VOID", act.value, "Carl")
    assert "VOID" in decision("show", home=root).stdout


def test_the_gate_passes_a_name_that_no_login_proved_only_on_demand(place: SignedPlace) -> None:
    seen, root = place.revalidate("GO"), place.home.root
    carl = place.client(Person("Carl", Role.CTO))
    act = SignatureAct.APPROVE_WITH_CONDITIONS
    signed = recorded(carl.sign(place.week.id, seen, act, "Good enough.", CONDITIONS))
    for number in range(len(CONDITIONS)):
        recorded(carl.close_condition(signed.id, number, "done"))
    refused = decision("gate", home=root)
    assert refused.returncode == 1
    assert "identity unverified" in json.loads(refused.stdout)["reason"]
    assert "--allow-unverified" in json.loads(refused.stdout)["remedy"]
    assert decision("gate", "--allow-unverified", home=root).returncode == 0
    shown = decision("show", home=root).stdout
    assert "gate: blocked. Carl approved it, but no login proved the name" in shown
    assert json.loads(decision("show", "--json", home=root).stdout)["pass"] is False


def test_the_gate_passes_synthetic_data_only_on_demand(place: SignedPlace) -> None:
    root = place.home.root
    place.sign(place.revalidate("GO", grade="ADEQUATE", synthetic=True))
    refused = decision("gate", home=root)
    assert refused.returncode == 1
    answer = json.loads(refused.stdout)
    assert (answer["verified"], answer["synthetic"]) == (True, True)
    assert "synthetic data" in answer["reason"]
    assert "identity unverified" not in answer["reason"]
    assert decision("gate", "--allow-unverified", home=root).returncode == 0
    assert "synthetic data" in decision("show", home=root).stdout


def test_the_gate_answers_a_pipeline_in_json_whatever_is_broken(place: SignedPlace) -> None:
    place.sign(place.revalidate("GO"))
    place.home.database.write_bytes(b"no database at all" * 999)
    place.home.ledger.write_text("{broken")  # else the record alone answers
    shut = decision("gate", home=place.home.root)
    reported = json.loads(shut.stdout)
    assert shut.returncode == 1
    assert reported["pass"] is False
    assert reported["reason"]
    assert reported["remedy"]


def test_an_unverified_second_person_is_shown_wherever_the_signature_is(
    place: SignedPlace, tmp_path: Path
) -> None:
    root, file = place.home.root, tmp_path / "c.json"
    seen = place.revalidate("NO-GO")
    carl = place.client(Person("Carl", Role.CTO))
    mia = Person("Mia", Role.LEAD)
    recorded(carl.request_countersignature(place.week.id, seen, "We take it."))
    recorded(place.client(mia).countersign(place.week.id, seen, "I support it."))
    carl.sign(place.week.id, seen, SignatureAct.APPROVE, "We take it.", (), mia)
    file.write_bytes(place.client().capsule(seen)[0])
    for words in (("show",), ("history",), ("verify", file, "--any-key")):
        assert "second: Mia (identity unverified)" in decision(*words, home=root).stdout, words
    assert json.loads(decision("gate", home=root).stdout)["second"] == "Mia"


def test_a_capsule_verifies_elsewhere_without_a_store(place: SignedPlace, tmp_path: Path) -> None:
    root, elsewhere = place.home.root, tmp_path / "elsewhere"
    elsewhere.mkdir()
    unsigned = place.revalidate("GO")
    refused = decision("export", home=root)
    assert refused.returncode == 2
    assert "no sealed signature" in refused.stderr
    place.sign(unsigned)
    file = elsewhere / "decision.capsule.json"
    assert decision("export", "--out", file, home=root).returncode == 0
    alone = decision("verify", file)
    assert alone.returncode == 1
    assert "UNTRUSTED" in alone.stdout
    assert alone.stdout.count("  not checked:") == 6
    assert decision("verify", file, "--any-key").returncode == 0
    print_ = json.loads(decision("verify", file, "--json").stdout)["fingerprint"]
    trusted = decision("verify", file, "--key", print_)
    assert trusted.returncode == 0
    assert trusted.stdout.splitlines()[0] == f"{file}: VALID"
    assert list(elsewhere.iterdir()) == [file]  # nothing was made here
    at_home = decision("verify", file, home=root)
    assert at_home.returncode == 0
    assert "not checked" not in at_home.stdout
    model = elsewhere / "best_model.zip"
    model.write_bytes(b"other weights")
    differs = decision("verify", file, "--model", model, "--json")
    reported = json.loads(differs.stdout)
    assert differs.returncode == 1
    assert reported["state"] == "VOID"
    assert [part["part"] for part in reported["differences"]] == ["model"]
    wrong_key = decision("verify", file, "--key", "0123456789abcdef")
    assert wrong_key.returncode == 1
    assert "another key" in wrong_key.stdout
    other = SignedPlace(tmp_path / "other")
    other.sign(other.revalidate("GO"))
    archive = place.home.revalidation_archive / unsigned
    shutil.copytree(archive, other.home.revalidation_archive / unsigned)
    foreign = decision("verify", file, home=other.home.root)
    assert foreign.returncode == 1, "a decision of this home, signed with another key"
    assert "key that does not belong to this data directory" in foreign.stdout
    other.clear()
    file.write_bytes(file.read_bytes().replace(b"I read it.", b"I read it!"))
    altered = decision("verify", file)
    assert altered.returncode == 1
    assert "Export it again" in altered.stdout
    absent = decision("verify", elsewhere / "none")
    assert absent.returncode == 2
    assert "can't be read" in absent.stderr


def test_a_foreign_home_says_that_it_cannot_be_compared_here(
    place: SignedPlace, tmp_path: Path
) -> None:
    file, seen = tmp_path / "c.json", place.revalidate("GO")
    place.sign(seen)
    file.write_bytes(place.client().capsule(seen)[0])
    other = SignedPlace(tmp_path / "other")
    other.sign(other.revalidate("PARTIAL"))
    other.clear()
    empty = tmp_path / "empty"
    empty.mkdir()
    for home in (other.home.root, empty):
        foreign = decision("verify", file, home=home)
        assert foreign.returncode == 3
        assert "UNTRUSTED" in foreign.stdout
        assert "cannot be compared here" in foreign.stdout
        assert "UNKNOWN" in foreign.stdout
        assert "agrees: seal, signature, contents" in foreign.stdout
        assert "  ! The model" not in foreign.stdout, "another home's model is no difference"
    known = decision("verify", file, "--json", home=place.home.root)
    assert (known.returncode, json.loads(known.stdout)["comparable"]) == (0, True)
    key = json.loads(known.stdout)["fingerprint"]
    trusted = decision("verify", file, "--key", key, "--json", home=empty)
    reported = json.loads(trusted.stdout)
    assert (trusted.returncode, reported["state"]) == (3, "STANDS")
    assert reported["comparable"] is False
    file.write_bytes(file.read_bytes().replace(b"I read it.", b"I read it!"))
    assert decision("verify", file, home=empty).returncode == 1, "altered, wherever it is read"
    absent = decision("verify", file, home=tmp_path / "none")
    assert absent.returncode == 2
    assert "does not exist" in absent.stderr


def test_a_home_that_would_not_let_it_pass_does_not_verify_it(
    place: SignedPlace, tmp_path: Path
) -> None:
    manual, file, root = tmp_path / "manual.yaml", tmp_path / "c.json", place.home.root
    manual.write_text(place.week.playbook_text)
    place.week = recorded(place.lead.create_week(LAUNCH + timedelta(days=7), manual))
    seen = place.revalidate("GO")
    place.sign(seen)
    file.write_bytes(place.client().capsule(seen)[0])
    assert decision("verify", file, home=root).returncode == 0

    manual.write_text(place.week.playbook_text.replace("threshold: 1.0", "threshold: 0.1"))
    other_gates = decision("verify", file, home=root)
    assert other_gates.returncode == 1
    assert "gates" in other_gates.stdout
    manual.write_text(place.week.playbook_text)

    place.home.best_model.unlink()
    gone = decision("verify", file, home=root)
    assert gone.returncode == 1
    assert "is missing" in gone.stdout
    place.home.best_model.write_bytes(b"weights")

    place.sign(seen, SignatureAct.REJECT)
    rejected = decision("verify", file, home=root)
    assert rejected.returncode == 1
    assert "superseded: Rejected by Carl at" in rejected.stdout


def test_a_rejection_is_called_one_and_has_no_expiry(place: SignedPlace, tmp_path: Path) -> None:
    root, file = place.home.root, tmp_path / "c.json"
    place.sign(place.revalidate("GO"), SignatureAct.REJECT)
    gate = json.loads(decision("gate", home=root).stdout)
    assert (gate["pass"], gate["state"], gate["act"]) == (False, "REJECTED", "reject")
    assert gate["expires_at"] is None
    assert gate["reason"] == "Carl rejected it: I read it."
    exported = decision("export", "--out", file, "--json", home=root)
    assert json.loads(exported.stdout)["state"] == "REJECTED"
    alone = decision("verify", file)
    assert (alone.returncode, alone.stdout.splitlines()[0]) == (1, f"{file}: UNTRUSTED KEY")
    told = json.loads(decision("verify", file, "--json", home=root).stdout)
    assert (told["state"], told["expires_at"]) == ("REJECTED", None)
    for words in (
        ("show",),
        ("verify", file),
        ("verify", file, "--any-key"),
        ("export", "--out", file),
        ("history",),
    ):
        said = decision(*words, home=root).stdout
        assert "REJECTED" in said, words
        assert "STANDS" not in said, words
        assert "VALID" not in said, words
        assert "expires" not in said, words
        if words[0] != "export":
            assert "Rejected by Carl" in said, words
    foreign = decision("verify", file, "--any-key", home=tmp_path)
    assert (foreign.returncode, foreign.stdout.splitlines()[0]) == (3, f"{file}: REJECTED")
    place.home.best_model.write_bytes(b"another")
    assert "VOID" in decision("export", "--out", file, home=root).stdout


def test_a_void_decision_is_exported_as_one_and_says_so(place: SignedPlace, tmp_path: Path) -> None:
    place.sign(place.revalidate("GO"))
    place.home.best_model.write_bytes(b"another")
    file = tmp_path / "void.json"
    done = decision("export", "--out", file, home=place.home.root)
    assert done.returncode == 1
    assert "VOID" in done.stdout
    seen = decision("verify", file)
    assert seen.returncode == 1
    assert "void when it was exported" in seen.stdout


def test_a_capsule_is_not_compared_with_signatures_of_a_newer_version(
    place: SignedPlace, tmp_path: Path
) -> None:
    file, seen = tmp_path / "c.json", place.revalidate("GO")
    place.sign(seen)
    file.write_bytes(place.client().capsule(seen)[0])
    add_line(place.home, "signature", {"revalidation_sha256": seen, "act": "withdraw"})
    unknown = decision("verify", file, home=place.home.root)
    assert unknown.returncode == 2
    assert "of kind signature, has an unknown value in act: 'withdraw'" in unknown.stderr
    assert "Update trainweek" in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_after_another_model_was_chosen_it_says_whose_it_is(place: SignedPlace) -> None:
    root = place.home.root
    recorded(place.sign(place.revalidate("GO")))
    place.home.best_model.write_bytes(b"another")
    assert "changed: its SHA-256" in decision("show", home=root).stdout
    choice = {
        "sha256": hashlib.sha256(b"another").hexdigest(),
        "run": "run-b",
        "how": "chosen",
        "by": "Lea",
        "at": "2026-02-27T15:00:00Z",
        "reason": "the calmer one",
    }
    write_json(place.home.best_model_choice, choice)
    shown = decision("show", home=root).stdout
    assert "signature VOID" in shown
    assert "! Lea chose the model of run run-b, which was not signed." in shown
    assert "To keep the signed model, choose its run again (page Runs)." in shown
    assert " or " not in shown
    assert "changed: its SHA-256" not in shown
    write_json(place.home.best_model_choice, choice | {"how": "completed", "reason": None})
    assert "Run run-b has completed since" in decision("show", home=root).stdout


def test_without_any_week_it_says_how_to_make_one(tmp_path: Path) -> None:
    home = Home(tmp_path / "empty")
    home.state.mkdir(parents=True)
    home.database.write_bytes(empty_database())
    (home.root / "models").mkdir()
    answer = decision("show", home=home.root)
    assert answer.returncode == 2
    assert "There is no active week." in answer.stderr
    assert "trainweek week new --launch" in answer.stderr
