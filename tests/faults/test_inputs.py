"""Faults of what is given: half-written JSON, wrong settings, names that lead elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product

import pytest

from core.errors import InputError, PlaybookError
from core.playbook import DEFAULT, parse_playbook
from core.vocabulary import JobKind, JobState
from runner.executors.executor import Handle
from runner.executors.local import LocalProcesses
from runner.files import read_json
from runner.home.runner_identity import read_identity
from runner.outcomes import Refused, Submitted
from runner.settings import Settings
from tests.expected import present
from tests.faults.matrix import fault
from tests.faults.promises import hold
from tests.runner.place import Place, submit_scripted, wait_for

Seen = Callable[[object], None]

_NO_JSON = {
    "empty": b"",
    "half": b'{"complete": tr',
    "BOM": b'\xef\xbb\xbf{"complete": true}',
    "NaN": b'{"complete": true, "score": NaN}',
    "infinite": b'{"complete": true, "score": -Infinity}',
    "a name twice": b'{"complete": false, "complete": true}',
    "no UTF-8": b'{"complete": true, "why": "\xff"}',
    "a list": b"[true]",
    "too deep": b'{"complete": ' + b"[" * 100_000,
    "NUL": b"\0" * 40,
}


@fault(
    46,
    injected="every JSON file of an attempt empty, half, with BOM, NaN or a name twice",
    expected="counts as incomplete, and is read once it is complete; never in part",
)
def test_a_json_file_that_is_none_is_incomplete_until_it_is_whole(place: Place, seen: Seen) -> None:
    service = place.service()
    job = place.submit(do="sleep")
    place.until(service, job, JobState.RUNNING)
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    folder = place.folder(job)
    attempt_id = json.loads((folder / "command.json").read_text())["mark"]
    whole = (folder / "exit.json").read_bytes()
    for kind, wrong in _NO_JSON.items():
        for name in ("any.json", "progress.json", "result.json", "exit.json"):
            (folder / name).write_bytes(wrong)
        place.home.runner_identity.write_bytes(wrong)
        assert read_json(folder / "any.json") is None, kind
        assert (place.lead.progress(job.id), place.lead.result(job.id)) == (None, None), kind
        assert LocalProcesses().look(Handle(attempt_id, folder)).exit is None, kind
        assert read_identity(place.home) is None, kind
        (folder / "result.json").write_bytes(b'{"complete": true, "n": 1}')
        (folder / "exit.json").write_bytes(whole)
        assert place.lead.result(job.id) == {"complete": True, "n": 1}
        assert present(LocalProcesses().look(Handle(attempt_id, folder)).exit).code == 3
    service.close()
    place.home.runner_identity.unlink()
    hold(place)
    seen(f"{len(_NO_JSON)} kinds in 5 files: incomplete, then read")


@fault(
    46,
    injected="exit 0 with a result.json that is cut at every byte",
    expected="never a success",
)
def test_a_result_cut_anywhere_is_never_a_success(place: Place, seen: Seen) -> None:
    whole = json.dumps({"complete": True, "status": "DONE", "score": 1.5}).encode()
    path = place.home.state / "result.json"
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert read_json(path) is None, cut
    path.write_bytes(whole)
    assert read_json(path) is not None
    service = place.service()
    ended = place.until(service, place.submit(do="half_result"))
    assert ended.state is JobState.FAILED
    assert ended.exit_code == 0
    service.close()
    place.home.runner_identity.unlink()
    hold(place)
    seen(f"{len(whole)} cuts read as absent; the job: {ended.reason}")


_PLAYBOOK = [
    ("  total_steps: ", "  totl_steps: 500000\n  total_steps: ", "totl_steps"),
    ("total_steps: 500000", 'total_steps: "many"', "total_steps"),
    ("total_steps: 500000", "total_steps: -1", "total_steps"),
    ("total_steps: 500000", f"total_steps: {10**30}", "total_steps"),
    ("total_steps: 500000", "total_steps: .nan", "total_steps"),
]


@fault(
    47,
    injected="playbook with an unknown key, a wrong type, a negative number, 10^30",
    expected="the error names the field and its line",
    no_home="a text is refused before any home is opened",
)
def test_a_wrong_playbook_names_its_field(seen: Seen) -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    for old, new, field in _PLAYBOOK:
        assert old in text
        with pytest.raises(PlaybookError, match=rf"line \d+: training.{field}") as refused:
            parse_playbook(text.replace(old, new, 1), "mine.yaml")
    seen(f"{len(_PLAYBOOK)} of {len(_PLAYBOOK)}, as: {refused.value.what.splitlines()[0][:60]}")


@fault(
    47,
    injected="a setting of the runner that is no number, negative, 10^30 or no command",
    expected="the error names the variable",
    no_home="a variable is refused before any home is opened",
)
def test_a_wrong_setting_names_its_variable(seen: Seen, monkeypatch) -> None:
    wrong = ["many", "-1", str(10**30), "nan", "inf", "1e400", ""]
    names = ["TRAINWEEK_STOP_GRACE_S", "TRAINWEEK_RESUMES_A_DAY", "TRAINWEEK_COMMAND_TRAIN"]
    for name, value in product(names, wrong):
        with monkeypatch.context() as environment:
            environment.setenv(name, value)
            with pytest.raises(InputError, match=name):
                Settings.read()
    seen(f"{len(wrong)} values of {len(names)} variables")


@fault(
    47,
    injected="a training run requested with steps -1, 10^30, 1.5, lr -1, 10^30, text",
    expected="refused at the door with the field's name; no job, so no crash incident",
)
def test_a_training_with_a_wrong_value_is_refused_at_the_door(place: Place, seen: Seen) -> None:
    wrong: dict[str, list[object]] = {
        "steps": [-1, 0, 10**30, 1.5, True, "many"],
        "learning_rate": [-1.0, 1e30, float("nan"), "low"],
        "ent_coef": ["much", -0.1],
        "seed": [1.5, 2**40],
    }
    said = []
    for field, values in wrong.items():
        for value in values:
            outcome = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", field: value})
            assert isinstance(outcome, Refused), (field, value)
            assert field in outcome.reason, (field, value)
            said.append(outcome.reason)
    assert place.lead.jobs() == []
    hold(place)
    seen(f"{len(said)} refused, as: {said[-1]}")


@fault(
    48,
    injected="run names with ../, NUL, newline, separators, 300 characters, a leading dot",
    expected="rejected, nothing is made",
)
def test_a_run_name_that_leads_elsewhere_is_rejected(place: Place, seen: Seen) -> None:
    wrong = ["../out", "a/../../out", "a\0b", "a\nb", "a\n", "/tmp/out", "x" * 300, ".hidden", "é"]
    before = sorted(place.home.root.rglob("*"))
    for name in wrong:
        outcome = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "run": name})
        assert isinstance(outcome, Refused), name
        assert "parameter run" in outcome.reason, name
    assert sorted(place.home.root.rglob("*")) == before
    assert place.lead.jobs() == []
    hold(place)
    seen(f"{len(wrong)} rejected")


@fault(
    48,
    injected="the run's folder is a link that leads out of the home (to a folder, to nothing)",
    expected="rejected, nothing is written there",
)
def test_a_run_whose_folder_is_a_link_is_rejected(place: Place, tmp_path, seen: Seen) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    place.home.tensorboard.mkdir(parents=True)
    place.home.run("out").symlink_to(outside)
    place.home.run("nowhere").symlink_to(tmp_path / "nowhere")
    for name in ("out", "nowhere"):
        outcome = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "run": name})
        assert isinstance(outcome, Refused)
        assert "is a link to" in outcome.reason
    service = place.service()
    job = submit_scripted(place.lead, JobKind.TRAIN, {"run": "inside", "do": "fail"})
    assert isinstance(job, Submitted)
    place.until(service, job.job)
    wait_for(lambda: not place.strays())
    incident = place.lead.incidents(place.week.id, open_only=True)
    for each in incident:
        place.lead.close_incident(each.id, "it was a test")
    if place.home.run("inside").exists():
        place.home.run("inside").rename(tmp_path / "moved")
    place.home.run("inside").symlink_to(outside)
    outcome = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True})
    assert isinstance(outcome, Refused)
    assert "is a link to" in outcome.reason
    service.tick(datetime.now(UTC))
    assert list(outside.iterdir()) == []
    service.close()
    place.home.runner_identity.unlink()
    hold(place)
    seen(outcome.reason[:90])
