"""Signatures: what they take, what voids them, what they leave alone, and the pipeline's gate."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError, IntegrityError, SetupError
from core.files import write_json
from core.model_manifest import manifest_path
from core.people import Person
from core.vocabulary import Role, SignatureAct, SignatureState, Verdict
from runner.client import Client
from runner.doctor import examine
from runner.outcomes import Conflict, Recorded, Refused
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from runner.settings import Settings
from runner.week.agenda import done_slots
from runner.week.sources import Sources
from tests.expected import present, recorded
from tests.runner.place import CTO, ENGINEER, LAUNCH, LEAD, VIEWER, after
from tests.runner.signed_place import CONDITIONS, SignedPlace, in_days, looked_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WITH_CONDITIONS = SignatureAct.APPROVE_WITH_CONDITIONS
STANDS, VOID = SignatureState.STANDS, SignatureState.VOID


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def state(place: SignedPlace, sha256: str) -> SignatureState:
    client = place.client()
    return client.validity(client.signature_of(sha256)).state


def test_a_signed_go_passes_the_gate_and_an_unsigned_one_does_not(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    shut = place.client().gate()
    assert not shut.passes
    assert shut.reason == "It is not signed."
    signed = recorded(place.sign(seen))
    open_ = place.client().gate()
    assert open_.passes
    assert open_.facts["verified"] is True
    assert open_.facts["by"] == "Carl"
    assert open_.facts["state"] == "STANDS"
    assert place.client().validity(signed).checked == (
        "model",
        "manifest",
        "data",
        "rules",
        "files",
    )
    assert place.client().gate(sha256=seen).passes
    assert place.client().gate(sha256=seen[:12]).passes
    assert "No archived decision" in place.client().gate(sha256="../..").reason


@pytest.mark.parametrize("person", [VIEWER, ENGINEER, LEAD])
def test_a_signer_without_the_role_is_refused_and_told_whom_to_ask(
    place: SignedPlace, person: Person
) -> None:
    seen = place.revalidate("GO")
    outcome = place.client(person).sign(place.week.id, seen, SignatureAct.APPROVE, "I may not")
    assert isinstance(outcome, Refused)
    assert "may not sign" in outcome.reason
    assert "cto" in outcome.remedy
    assert not place.home.signing_key.exists()


def test_every_act_needs_its_reason_and_a_go_can_be_refused(place: SignedPlace) -> None:
    seen = place.revalidate("GO", grade="WEAK")
    bare = place.client().sign(place.week.id, seen, SignatureAct.APPROVE, "  ")
    assert isinstance(bare, Refused)
    assert "WEAK" in bare.reason
    rejected = place.sign(seen, SignatureAct.REJECT)
    assert isinstance(rejected, Recorded)
    gate = place.client().gate()
    assert not gate.passes
    assert "Carl rejected it" in gate.reason
    assert done_slots(Sources.of(place.lead, place.week))["approval"]
    place.home.best_model.write_bytes(b"trained again")  # as it is meant to be
    assert done_slots(Sources.of(place.lead, place.week))["approval"]


def test_a_condition_needs_a_real_day(place: SignedPlace) -> None:
    seen = place.revalidate("PARTIAL")
    outcome = place.sign(seen, WITH_CONDITIONS, [CONDITIONS[0] | {"due": "soon"}])
    assert isinstance(outcome, Refused)
    assert "'soon' is not a date" in outcome.reason
    assert isinstance(place.sign(seen, SignatureAct.APPROVE, CONDITIONS), Refused)


def test_a_changed_model_voids_it_by_itself_and_the_old_one_back_heals_it(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    assert done_slots(Sources.of(place.lead, place.week))["approval"]
    place.home.best_model.write_bytes(b"others!")
    assert not done_slots(Sources.of(place.lead, place.week))["approval"]
    gate = place.client().gate()
    assert not gate.passes
    assert gate.facts["state"] == "VOID"
    assert "best_model.zip changed" in gate.reason
    assert gate.remedy
    place.home.best_model.write_bytes(b"weights")
    assert state(place, seen) is STANDS
    place.home.best_model.unlink()
    assert state(place, seen) is VOID


def test_another_normaliser_beside_the_same_weights_voids_it(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    file = manifest_path(place.home.best_model)
    signed = json.loads(file.read_text())
    write_json(file, dict(reversed(signed.items())))  # another spelling of the same
    assert state(place, seen) is STANDS
    write_json(file, signed | {"normaliser": {"mean": [9.0], "std": [-1.0]}})
    answer = place.client().gate()
    assert answer.facts["state"] == "VOID"
    assert "normaliser" in answer.reason
    assert isinstance(place.sign(seen, SignatureAct.REJECT), Refused)
    for broken in ("", "[]", file.read_text().replace("9.0", "NaN")):
        file.write_text(broken)
        assert state(place, seen) is VOID
    file.unlink()
    assert state(place, seen) is VOID
    write_json(file, signed)
    assert state(place, seen) is STANDS
    kept = place.home.signed_model(signed["sha256"])
    second = place.revalidate("NO-GO", seed=2)
    assert second != seen
    assert state(place, seen) is STANDS
    write_json(manifest_path(kept), signed | {"normaliser": None})
    assert state(place, seen) is VOID


def test_a_damaged_kept_copy_is_replaced_by_the_next_signature(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    kept = place.home.signed_model(place.manifest()["sha256"])
    kept.write_bytes(b"rot")
    data = next((place.home.root / "data" / "signed").iterdir())
    next(data.glob("*.csv")).unlink()
    place.sign(seen)
    assert kept.read_bytes() == b"weights"
    assert len(list(data.glob("*.csv"))) == 1


def test_a_decision_of_an_older_version_says_that_its_manifest_is_not_bound(
    place: SignedPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.runner.signed_place.canonical_sha256", lambda manifest: None)
    seen = place.revalidate("GO")
    place.sign(seen)
    validity = place.client().validity(place.client().signature_of(seen))
    assert validity.valid
    assert "manifest" not in validity.checked
    assert any("not covered by the signature" in reported for reported in validity.unchecked)


def test_changed_data_void_it(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    text = place.candles.read_text()
    place.candles.write_text(text.replace("1", "2", 1))
    assert "backtest data" in place.client().gate().reason
    place.candles.write_text(text)
    assert state(place, seen) is STANDS
    (place.home.backtest_data / "more.csv").write_text(text)
    assert state(place, seen) is VOID


@pytest.mark.parametrize("name", ["decision.json", "metrics.csv", "memo.html", "decision.txt"])
def test_an_altered_archived_file_voids_it(place: SignedPlace, name: str) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    file = place.archive(seen) / name
    content = file.read_bytes()
    file.write_bytes(content + b" ")
    answer = place.client().gate(sha256=seen)
    assert not answer.passes
    assert name in answer.reason
    assert answer.remedy
    assert state(place, seen) is VOID
    file.unlink()
    assert state(place, seen) is VOID
    assert not place.client().gate().passes
    with pytest.raises((IntegrityError, InputError)):
        place.client().capsule(seen)


def test_an_archive_that_was_changed_before_the_signature_is_not_signed(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("PARTIAL")
    memo, stray = place.archive(seen) / "memo.html", place.archive(seen) / "extra.txt"
    written = memo.read_bytes()
    for change, reported in (
        (lambda: memo.write_text("<p>GO 6/6 STRONG</p>"), "memo.html was altered"),
        (memo.unlink, "memo.html is missing"),
        (lambda: stray.write_text("hello"), "did not write it"),
    ):
        change()
        refused = place.sign(seen)
        assert isinstance(refused, Refused)
        assert reported in refused.reason
        memo.write_bytes(written)
        stray.unlink(missing_ok=True)
    assert isinstance(place.sign(seen), Recorded)


def test_other_gates_in_the_weeks_playbook_file_void_it(place: SignedPlace, tmp_path) -> None:
    file = tmp_path / "manual.yaml"
    file.write_text(place.week.playbook_text)
    later = LAUNCH + timedelta(days=7)
    place.week = recorded(place.lead.create_week(later, file))
    seen = place.revalidate("GO")
    place.sign(seen)
    assert place.client().gate().passes
    file.write_text("# only a comment\n" + place.week.playbook_text)
    assert place.client().gate().passes
    assert "threshold: 1.0" in place.week.playbook_text
    file.write_text(place.week.playbook_text.replace("threshold: 1.0", "threshold: 1.2"))
    answer = place.client().gate()
    assert not answer.passes
    assert "gates or revalidation settings" in answer.reason


def test_other_revalidation_settings_in_the_store_void_it(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    with closing(sqlite3.connect(place.home.database)) as database:
        database.execute(
            "UPDATE weeks SET playbook_text = replace(playbook_text, 'min_days: 90', 'min_days: 9')"
        )
        database.commit()
    assert state(place, seen) is VOID


def test_history_pages_and_commands_say_the_same_validity_at_each_step(place: SignedPlace) -> None:
    def states() -> set[SignatureState]:
        client = place.client()
        found = Sources.of(client, place.week)
        lists = (client.archived_decisions(), found.archived_decisions)
        signature = client.signature_of(first)
        return {
            *(one.validity.state for each in lists for one in each if one.sha256 == first),
            client.validity(signature).state,
            found.validity(signature).state,
        }

    first = place.revalidate("GO")
    place.sign(first)
    assert states() == {STANDS}
    place.home.best_model.write_bytes(b"of another run")  # as `model use` does
    assert states() == {VOID}
    place.revalidate("NO-GO", seed=2)  # of that model: the signed one rests on its copy
    assert states() == {STANDS}


def test_a_later_revalidation_of_another_model_leaves_the_earlier_decision_alone(
    place: SignedPlace,
) -> None:
    first = place.revalidate("GO")
    place.sign(first)
    place.home.best_model.write_bytes(b"newer weights")
    assert state(place, first) is VOID  # that model has not been revalidated
    second = place.revalidate("NO-GO", seed=2)
    assert state(place, first) is STANDS
    answer = place.client().gate(sha256=first)
    sha256 = hashlib.sha256(b"weights").hexdigest()
    assert answer.passes
    assert f"models/signed/{sha256}.zip" in answer.reason
    assert answer.facts["model"]["path"] == f"models/signed/{sha256}.zip"
    assert (place.home.root / answer.facts["model"]["path"]).read_bytes() == b"weights"
    assert answer.facts["in_place"]["note"] == "another model"
    assert not place.client().gate().passes  # the newest is another one, and unsigned
    assert [one.sha256 for one in place.client().archived_decisions()] == [first, second]
    kept = next((place.home.root / "models" / "signed").glob("*.zip"))
    kept.write_bytes(b"tampered")
    assert state(place, first) is VOID


def test_a_later_week_leaves_the_earlier_decision_alone_and_it_can_be_revoked(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    week = place.week.id
    before = place.client().gate(week)
    assert before.facts["model"]["path"].endswith("best_model.zip")
    assert before.facts["in_place"]["note"] == "the signed model"
    place.lead.create_week(LAUNCH + timedelta(days=7))
    text = place.candles.read_text()
    place.candles.write_text(text + text.splitlines()[-1].replace("1", "2") + "\n")  # fresh data
    assert state(place, seen) is STANDS
    place.home.best_model.write_bytes(b"imported for the next week")
    assert state(place, seen) is STANDS
    answer = place.client().gate(week)
    assert answer.passes
    assert "models/signed/" in answer.facts["model"]["path"]
    assert isinstance(place.sign(seen, SignatureAct.REJECT), Recorded)
    assert not place.client().gate(week).passes


def test_a_week_that_lay_in_the_home_before_takes_nothing_over_until_it_is_chosen(
    place: SignedPlace,
) -> None:
    later = recorded(place.lead.create_week(LAUNCH + timedelta(days=7)))
    place.lead.use_week(place.week.id)
    seen = place.revalidate("GO")
    place.sign(seen)
    assert state(place, seen) is STANDS
    place.home.best_model.write_bytes(b"others!")
    assert state(place, seen) is VOID
    assert not place.client().gate(place.week.id).passes
    place.lead.use_week(later.id)
    assert state(place, seen) is STANDS  # by the kept copy; the places are the later week's
    kept = next((place.home.root / "models" / "signed").glob("*.zip"))
    kept.write_bytes(b"tampered")
    reported = place.client().gate(place.week.id).reason
    assert f"(kept as {kept}) changed" in reported


def test_what_was_never_kept_is_not_signed_once_another_model_lies_there(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("GO")
    place.lead.create_week(LAUNCH + timedelta(days=7))
    place.home.best_model.write_bytes(b"others!")
    refused = place.sign(seen)
    assert isinstance(refused, Refused)
    assert "best_model.zip changed" in refused.reason
    place.home.best_model.write_bytes(b"weights")
    assert isinstance(place.sign(seen), Recorded)


def test_a_signature_expires_in_real_time(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    place.at = in_days(29.9)
    assert place.client().gate().passes
    place.at = in_days(30.1)
    answer = place.client().gate()
    assert not answer.passes
    assert "expired" in answer.reason
    assert "sign again" in answer.remedy
    assert answer.facts["state"] == "EXPIRED"
    place.at = in_days(0)
    place.sign(seen, SignatureAct.REJECT)
    place.at = in_days(300)
    assert state(place, seen) is SignatureState.REJECTED  # it does not expire


def test_a_repetition_neither_voids_the_archive_nor_vouches_for_an_altered_one(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("GO")
    summary = place.archive(seen) / "training_log_summary.txt"
    wrote = summary.read_bytes()
    place.repeat(seen, training_log_summary="0" * 64)
    assert isinstance(place.sign(seen), Recorded)
    summary.write_bytes(b"another")
    place.repeat(seen)
    refused = place.sign(seen)
    assert isinstance(refused, Refused)
    assert "altered" in refused.reason
    summary.write_bytes(wrote)
    assert isinstance(place.sign(seen), Recorded)


@pytest.mark.parametrize(
    "change",
    [
        "act = 'approve'",
        "reason = 'fine'",
        "conditions = '[]'",
        "sealed = NULL",
        "\"by\" = 'Mallory'",
    ],
)
def test_a_row_that_was_altered_in_the_database_is_found(place: SignedPlace, change: str) -> None:
    seen = place.revalidate("PARTIAL")
    place.sign(seen, WITH_CONDITIONS, CONDITIONS)
    with closing(sqlite3.connect(place.home.database)) as database:
        database.execute(f"UPDATE signatures SET {change}")
        database.commit()
    assert state(place, seen) is SignatureState.ALTERED
    assert not place.client().gate().passes
    with pytest.raises((IntegrityError, InputError)):
        place.client().capsule(seen)


def test_conditions_are_closed_one_by_one_by_people_who_may(place: SignedPlace) -> None:
    seen = place.revalidate("PARTIAL")
    signed = recorded(place.sign(seen, WITH_CONDITIONS, CONDITIONS))
    first, second = place.client().conditions(place.week.id)
    assert first.overdue(present(second.due))
    assert not second.overdue(present(first.due))
    assert "Open conditions: half size" in place.client().gate().reason
    eva = place.client(Person("Eva", Role.LEAD))
    for person in (VIEWER, ENGINEER):
        denied = place.client(person).close_condition(signed.id, 0, "done")
        assert isinstance(denied, Refused)
        assert denied.remedy == "Ask someone with the role lead or cto."
    assert isinstance(eva.close_condition(signed.id, 0, " "), Refused)
    third = eva.close_condition(signed.id, 2, "done")
    assert isinstance(third, Refused)
    assert third.remedy == "Give a number from 1 to 2."
    nowhere = eva.close_condition(signed.id + 99, 0, "done")
    assert isinstance(nowhere, Refused)
    assert "no signature" in nowhere.reason
    assert nowhere.remedy
    closed = recorded(eva.close_condition(signed.id, 0, "size is halved", key="k"))
    assert recorded(eva.close_condition(signed.id, 0, "size is halved", key="k")) == closed
    again = place.client(LEAD).close_condition(signed.id, 0, "me too")
    assert isinstance(again, Conflict)
    assert again.existing == closed
    assert not place.client().gate().passes
    place.client().close_condition(signed.id, 1, "alarm is live")
    assert place.client().gate().passes
    tracked = place.client().conditions(place.week.id)
    assert [present(c.closed).by for c in tracked] == ["Eva", "Carl"]
    assert not tracked[0].overdue(present(second.due))


def test_a_partial_without_conditions_and_an_overridden_no_go_do_not_pass(
    place: SignedPlace,
) -> None:
    partial = place.revalidate("PARTIAL")
    place.sign(partial)
    assert "without conditions" in place.client().gate().reason
    seen = place.revalidate("NO-GO", seed=2)
    lead = place.client(Person("Lea", Role.LEAD, verified=True))
    assert isinstance(lead.countersign(place.week.id, partial, "old"), Refused)
    cto = place.client(Person("Carl", Role.CTO))
    recorded(cto.request_countersignature(place.week.id, seen, "We take it."))
    recorded(lead.countersign(place.week.id, seen, "I stand by it"))
    signed = recorded(place.sign(seen, second=LEAD))
    assert (signed.second, signed.second_verified) == ("Lea", True)
    answer = place.client().gate()
    assert answer.facts["state"] == "STANDS"
    assert "override" in answer.reason


def test_a_record_that_a_check_spoilt_passes_no_gate_whoever_signs_it(place: SignedPlace) -> None:
    place.sign(place.revalidate("GO", checks=looked_ahead()))
    answer = place.client().gate()
    assert not answer.passes
    assert answer.facts["state"] == "STANDS"
    assert "look-ahead test failed" in answer.reason
    assert "the policy knew" in answer.reason  # the test, with its figures
    assert "not reproducible" in answer.reason
    seen = place.revalidate(
        "GO", seed=2, train_range=("2023-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
    )
    place.sign(seen)
    assert "ranges overlap" in place.client().gate().reason


def test_nobody_is_their_own_second_person_and_the_gate_names_the_second(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("NO-GO")
    carl = place.client(Person("Carl", Role.CTO))
    give = place.week.id, seen, SignatureAct.APPROVE, "We take it.", ()
    refused = carl.sign(*give, Person("cARL ", Role.LEAD))
    assert isinstance(refused, Refused)
    assert "can't countersign your own" in refused.reason
    mia = Person("Mia", Role.LEAD)
    recorded(carl.request_countersignature(place.week.id, seen, "We take it."))
    recorded(place.client(mia).countersign(place.week.id, seen, "I support it."))
    assert isinstance(carl.sign(*give, mia), Recorded)
    facts = place.client().gate().facts
    assert (facts["second"], facts["second_verified"]) == ("Mia", False)


def test_a_playbook_file_that_is_gone_is_told_as_not_checked(
    place: SignedPlace, tmp_path: Path
) -> None:
    file = tmp_path / "manual.yaml"
    file.write_text(place.week.playbook_text)
    place.week = recorded(place.lead.create_week(LAUNCH + timedelta(days=7), file))
    seen = place.revalidate("GO")
    place.sign(seen)
    file.write_text(place.week.playbook_text.replace("fee_bps: 10", "fee_bps: 0"))
    assert state(place, seen) is VOID
    file.unlink()
    answer = place.client().gate()
    assert answer.facts["state"] == "STANDS"
    assert any("manual.yaml is missing" in reported for reported in answer.facts["unchecked"])


def test_a_rebuilt_database_knows_all_of_it(place: SignedPlace) -> None:
    seen = place.revalidate("PARTIAL")
    signed = recorded(place.sign(seen, WITH_CONDITIONS, CONDITIONS))
    place.client(LEAD).close_condition(signed.id, 0, "size is halved")
    place.home.runner_identity.unlink(missing_ok=True)
    before = place.client().conditions(place.week.id)
    replay(place.home, LEAD, after(0))
    assert verify_ledger(place.home).ok
    client = Client(place.home, CTO)
    assert client.signature_of(seen) == signed
    assert client.conditions(place.week.id) == before
    assert client.validity(signed).valid


def test_a_key_that_others_can_read_signs_nothing(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    key = place.home.signing_key
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    key.chmod(0o640)
    seen_by_doctor = [
        each
        for each in examine(place.home, Settings(), in_days(0))
        if each.subject == "signing key"
    ]
    assert [each.verdict for each in seen_by_doctor] == [Verdict.FAIL]
    before = place.home.ledger.read_bytes()
    with pytest.raises(SetupError, match="is accessible to others") as caught:
        place.sign(seen, SignatureAct.REJECT)
    assert "chmod 600" in caught.value.remedy
    assert place.home.ledger.read_bytes() == before
    key.chmod(0o600)
    key.write_text("no key")
    with pytest.raises(SetupError, match="not a private key"):
        place.sign(seen, SignatureAct.REJECT)


def test_a_lost_key_is_replaced_and_old_signatures_keep_theirs(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    first = recorded(place.sign(seen))
    place.home.signing_key.unlink()
    second = recorded(place.sign(seen))
    keys = {present(signed.sealed)["statement"]["public_key"] for signed in (first, second)}
    assert len(keys) == 2
    assert all(place.client().validity(signed).valid for signed in (first, second))


def test_without_a_revalidation_the_gate_says_so(place: SignedPlace) -> None:
    assert "no saved revalidation" in place.client().gate().reason
    assert "There is no week 1999-01-01" in place.client().gate("1999-01-01").reason
    assert not place.client().gate(sha256="0" * 64).passes


def test_a_go_that_could_be_luck_passes_only_with_conditions_that_are_met(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("GO", grade="WEAK")
    place.sign(seen)
    answer = place.client().gate()
    assert not answer.passes
    assert answer.facts["doubtful"] is True
    assert "GO on WEAK evidence" in answer.reason
    assert "conditions" in answer.remedy
    signed = recorded(place.sign(seen, WITH_CONDITIONS, CONDITIONS))
    assert "Open conditions" in place.client().gate().reason
    for number in range(len(CONDITIONS)):
        place.client().close_condition(signed.id, number, "seen")
    answer = place.client().gate()
    assert answer.passes
    assert "The evidence is WEAK." in answer.reason


def test_a_go_on_adequate_evidence_passes_without_conditions(place: SignedPlace) -> None:
    place.sign(place.revalidate("GO", grade="ADEQUATE"))
    answer = place.client().gate()
    assert answer.passes
    assert answer.facts["doubtful"] is False
    assert "evidence" not in answer.reason


def test_the_gate_believes_the_lines_proof_and_not_the_database(place: SignedPlace) -> None:
    seen = place.revalidate("GO")
    recorded(
        place.client(Person("Carl", Role.CTO)).sign(
            place.week.id, seen, SignatureAct.APPROVE, "read"
        )
    )
    with closing(sqlite3.connect(place.home.database)) as database, database:
        database.execute("UPDATE signatures SET verified = 1")
        database.execute("UPDATE ledger SET verified = 1, proved = 1")
    (signature,) = place.client().signatures(place.week.id)
    assert signature.verified  # as forged
    assert place.client().gate().facts["verified"] is False
