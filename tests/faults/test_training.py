"""Faults of a run's files and numbers: what is loaded was saved whole, and was finite."""

from __future__ import annotations

import base64
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from core.errors import InputError, IntegrityError, SetupError
from core.market import load_candles
from core.paths import Home
from core.telemetry import RunReader
from core.vocabulary import ENDED_STATES, IncidentState, JobKind, JobState
from runner import failpoints
from runner.agent import best_model, checkpoint
from runner.agent.candidate import Candidate
from runner.agent.checkpoint import normaliser_of, restore, save_checkpoint, tidy
from runner.agent.features import OBSERVATION_NAMES
from runner.agent.policy import TrainingDivergedError, non_finite_parameter
from runner.agent.session import Hooks, Session
from runner.agent.split import TrainingData
from runner.jobs import training_plan
from runner.jobs.attempt import StopFlag, read_spec
from runner.jobs.import_model import import_model
from runner.jobs.training_plan import plan_training
from runner.models import model_files
from runner.models.best_model import manifest_path, read_best_model
from runner.models.checkpoints import list_checkpoints, newest_checkpoint, verify_checkpoint
from runner.outcomes import Refused
from tests.expected import present
from tests.faults.matrix import fault
from tests.faults.promises import vanish
from tests.faults.saving import fresh, save
from tests.faults.small_disk import left, on_disk, run_on_disk, skip_if_refused
from tests.runner.agent.markets import candles
from tests.runner.jobs.training_home import command, make_home, result, run, write_spec
from tests.runner.place import Place, own_programs, wait_for

if TYPE_CHECKING:
    from runner.records import Job
    from runner.service import Service

Seen = Callable[[object], None]
PROGRAM = "programs of the trainer alone, without a runner: they open no store"


@pytest.fixture(scope="module")
def trained() -> Session:
    """A small network that has learned a little: what all saves here save."""
    session = fresh()
    session.learn(Hooks())
    return session


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Place]:
    """A home with candles, a week and a runner."""
    make_home(tmp_path / "home")
    made = Place(tmp_path / "home")
    yield made
    made.clear()


def at_its_end(training: Place, service: Service, job: Job) -> Job:
    """A real training takes its time, on a busy machine more."""

    def there() -> bool:
        service.tick(datetime.now(UTC))
        return training.job(job).state in ENDED_STATES

    wait_for(there, 120)
    return training.job(job)


def in_a_child(act: Callable[[], object]) -> int:
    """Run ``act`` in a forked process; its wait status, as subprocess writes it."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# 50 ------------------------------------------------------------------ each write of a save
_ENDINGS = {"kill": -signal.SIGKILL, "raise": 1, "enospc": 1}


@fault(
    50,
    injected="kill -9, exception, ENOSPC at each write",
    expected="a whole one loads",
    no_home=PROGRAM,
)
@pytest.mark.parametrize("action", _ENDINGS)
@pytest.mark.parametrize("point", checkpoint.SAVE_POINTS)
def test_a_save_that_fails_at_any_write_leaves_the_checkpoint_before(
    trained: Session, tmp_path: Path, point: str, action: str, seen: Seen
) -> None:
    save(trained, tmp_path, 1_000)
    before = weights(tmp_path / "1000")
    # The same step again comes to the one place that only a replacement passes.
    step = 1_000 if point == "checkpoint_replacing" else 2_000

    def fails() -> None:
        failpoints.arm(f"{point}:{action}")
        save(trained, tmp_path, step)

    assert in_a_child(fails) == _ENDINGS[action]
    if action == "enospc":
        assert not list(tmp_path.glob(".*.partial"))
    tidy(tmp_path)
    found = present(newest_checkpoint(tmp_path, "run-a"))
    other = fresh()
    restore(found, other.model)
    renamed = point in ("checkpoint_renamed", "checkpoint_pruning")
    assert found.step == (2_000 if renamed else 1_000)
    assert same(weights(tmp_path / "1000"), before)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert verify_checkpoint(save(trained, tmp_path, 3_000))
    seen(f"{action} at {point.removeprefix('checkpoint_')}: {found.step} loads")


@fault(
    50,
    injected="kill -9 at each write of the best model",
    expected="a whole pair is read",
    no_home=PROGRAM,
)
@pytest.mark.parametrize("point", model_files.SAVE_POINTS)
def test_a_best_model_that_is_killed_at_any_write_is_the_old_or_the_new_one(
    trained: Session, tmp_path: Path, point: str, seen: Seen
) -> None:
    path = tmp_path / "best_model.zip"
    best_model.save_best_model(path, trained.model, {"run": "run-a", "step": 1})

    def fails() -> None:
        failpoints.arm(f"{point}:kill")
        trained.model.policy.optimizer.param_groups[0]["eps"] = 1e-6  # any other content
        best_model.save_best_model(path, trained.model, {"run": "run-a", "step": 2})

    assert in_a_child(fails) == -signal.SIGKILL
    step = read_best_model(path)[1]["step"]
    assert step == (2 if point == "best_model_replaced" else 1)
    seen(f"{point.removeprefix('best_model_')}: step {step} verifies")


# 51 ------------------------------------------------------------------ flipped and cut files
@fault(
    51,
    injected="one bit of the zip flipped; zip cut",
    expected="named; the one before",
    no_home=PROGRAM,
)
@pytest.mark.parametrize("damage", ["flip", "truncate"])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(
    trained: Session, tmp_path: Path, damage: str, seen: Seen
) -> None:
    home = Home(tmp_path)
    save(trained, home.checkpoints, 1_000)
    newest = save(trained, home.checkpoints, 2_000) / "model.zip"
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content if damage == "flip" else content[: len(content) // 2])
    broken, whole = list_checkpoints(home.checkpoints)
    assert (broken.step, broken.verified, whole.verified) == (2_000, False, True)
    said: list[str] = []
    spec = read_spec(write_spec(home, "train", resume=True))
    plan = plan_training(spec, lambda _: None, said.append)
    assert present(plan.checkpoint).step == 1_000
    assert said == [
        "Checkpoint 2000 is corrupt and was skipped: 2000/model.zip was changed after it was saved."
    ]
    seen(said[0])


@fault(
    51,
    injected="the same, and no room to write down what was skipped",
    expected="it continues",
    no_home=PROGRAM,
)
def test_a_full_disk_keeps_no_resume_from_the_checkpoint_before(
    trained: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    home = Home(tmp_path)
    save(trained, home.checkpoints, 1_000)
    newest = save(trained, home.checkpoints, 2_000) / "model.zip"
    newest.write_bytes(newest.read_bytes()[:-1])

    def full(path: Path, _: object) -> None:
        raise SetupError(f"{path} can't be written: No space left on device.", "Make room.")

    monkeypatch.setattr(training_plan, "write_json", full)
    said: list[str] = []
    spec = read_spec(write_spec(home, "train", resume=True))
    assert present(plan_training(spec, lambda _: None, said.append).checkpoint).step == 1_000
    assert "Checkpoint 2000 is corrupt" in said[0]
    assert "No space left on device" in said[1]
    seen(said[1])


@fault(51, injected="the same under a runner: one damaged, all damaged", expected="an incident")
@pytest.mark.parametrize("damaged", ["the newest", "all"])
def test_a_resume_that_finds_damaged_checkpoints_calls_people(
    trained: Session, training: Place, damaged: str, seen: Seen
) -> None:
    service = training.service()
    job = training.until(service, training.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    config = {
        "settings": trained.settings.model_dump(mode="json"),
        "total_steps": 4_000,
        "data": load_candles(training.home.train_data).provenance().as_dict(),
    }
    for step in (1_000, 2_000):
        trained.model.num_timesteps = step
        folder = save_checkpoint(
            training.home.checkpoints,
            trained.model,
            present(job.run),
            trained.data.normaliser,
            config,
        )
        if damaged == "all" or step == 2_000:
            content = bytearray((folder / "model.zip").read_bytes())
            content[len(content) // 2] ^= 1
            (folder / "model.zip").write_bytes(content)
    vanish(training.shim(job), present(job.pid))
    service.close()
    service = training.service(commands=own_programs(), liveness_s=0.1)
    ended = at_its_end(training, service, job)
    assert [a.state for a in training.lead.attempts(job.id)] == [JobState.LOST, ended.state]
    (incident,) = training.lead.incidents(training.week.id)
    assert incident.blocks_start
    assert isinstance(training.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}), Refused)
    said = training.home.training_log.read_text(encoding="utf-8")
    assert "[ERROR] Checkpoint 2000 is corrupt and was skipped: 2000/model.zip was changed" in said
    if damaged == "all":
        assert (ended.state, incident.procedure) == (JobState.FAILED, "crash")
        assert "has no intact checkpoint" in incident.summary
        assert present(training.lead.result(job.id))["complete"] is False
    else:
        assert (ended.state, incident.procedure) == (JobState.SUCCEEDED, "data")
        assert "Checkpoint 2000 is corrupt" in incident.summary
        assert "Resumed from checkpoint 1000" in incident.summary
        assert "Resumed from checkpoint 1000" in said
        assert present(training.lead.result(job.id))["steps"] == 4_000
    assert said.count("is corrupt and was skipped") == (2 if damaged == "all" else 1)
    seen(f"{damaged}: {ended.state}, incident {incident.procedure}: {incident.summary[:90]}")


# 52 ------------------------------------------------------------------ normaliser
@fault(52, injected="normaliser missing, or another's", expected="refused", no_home=PROGRAM)
def test_a_model_without_its_own_normaliser_is_refused(
    trained: Session, tmp_path: Path, seen: Seen
) -> None:
    home = Home(tmp_path)
    folder = save(trained, home.checkpoints, 1_000)
    statistics = json.loads((folder / "normaliser.json").read_text())
    (folder / "normaliser.json").write_text(json.dumps(statistics | {"clip": 4.0}))
    with pytest.raises(IntegrityError, match=r"normaliser.json was changed"):
        verify_checkpoint(folder)
    (folder / "normaliser.json").unlink()
    with pytest.raises(IntegrityError, match=r"normaliser.json can't be read"):
        verify_checkpoint(folder)
    assert newest_checkpoint(home.checkpoints, "run-a") is None
    foreign = tmp_path / "foreign.zip"
    trained.model.save(foreign)
    dates = {"trained_from": "2021-02-23T00:00Z", "trained_until": "2021-04-20T00:00Z"}
    with pytest.raises(InputError, match="has no normaliser") as refused:
        imported(home, file=str(foreign), **dates)
    seen(refused.value.what)
    other = tmp_path / "other.json"
    other.write_text(json.dumps(statistics | {"names": ["rsi_14", *statistics["names"][1:]]}))
    with pytest.raises(InputError, match=r"missing momentum_6; unexpected rsi_14"):
        imported(home, file=str(foreign), normaliser=str(other), **dates)
    pickled = tmp_path / "vecnormalize.pkl"
    pickled.write_bytes(pickle.dumps(statistics))
    with pytest.raises(InputError, match="can run code, so it is not read"):
        imported(home, file=str(foreign), normaliser=str(pickled), **dates)
    assert not (tmp_path / "models" / "imported").exists()
    facts = {
        "feature_names": list(OBSERVATION_NAMES),
        "observation_shape": [len(OBSERVATION_NAMES)],
        "config": {"settings": trained.settings.model_dump(mode="json")},
        "train_first": "2021-02-23T00:00:00Z",
        "train_last": "2021-04-20T00:00:00Z",
    }
    best_model.save_best_model(home.best_model, trained.model, facts)
    with pytest.raises(IntegrityError, match=r"manifest of best_model\.zip is incomplete"):
        Candidate.read(home.best_model)
    facts["normaliser"] = statistics | {"names": ["rsi_14", *statistics["names"][1:]]}
    best_model.save_best_model(home.best_model, trained.model, facts)
    with pytest.raises(InputError, match=r"normaliser of best_model\.zip has different features"):
        Candidate.read(home.best_model)


def imported(home: Home, **params: Any) -> Path:
    spec = read_spec(write_spec(home, "import-model", **params))
    assert import_model(spec, StopFlag()) == 0
    return home.root / json.loads((spec.folder / "result.json").read_text())["model"]


# 53 ------------------------------------------------------------------ pickles
def with_canary(source: Path, target: Path, canary: Path, member: str) -> Path:
    """A copy of an SB3 zip, one member of which writes ``canary`` when it is unpickled."""
    evil = f"cbuiltins\nexec\n(S'open({str(canary)!r}, \"w\")'\ntR.".encode()
    with zipfile.ZipFile(source) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    if member == "data":
        trap = {":type:": "x", ":serialized:": base64.b64encode(evil).decode()}
        evil = json.dumps({"policy_class": trap, "num_timesteps": 2_000}).encode()
    members[member] = evil
    with zipfile.ZipFile(target, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return target


@fault(53, injected="zip whose pickles write a file", expected="canary absent", no_home=PROGRAM)
def test_a_pickle_in_a_model_from_elsewhere_is_never_executed(
    trained: Session, tmp_path: Path, seen: Seen
) -> None:
    home, canary = Home(tmp_path / "home"), tmp_path / "canary"
    plain = tmp_path / "plain.zip"
    trained.model.save(plain)
    statistics = tmp_path / "statistics.json"
    statistics.write_text(json.dumps(trained.data.normaliser.as_dict()))
    given: dict[str, Any] = {
        "normaliser": str(statistics),
        "trained_from": "2021-02-23T00:00Z",
        "trained_until": "2021-04-20T00:00Z",
    }
    with_data = with_canary(plain, tmp_path / "data.zip", canary, "data")
    spec = write_spec(home, "import-model", file=str(with_data), **given)
    done = run("import_model", spec)
    assert done.returncode == 0, done.stdout + done.stderr
    model = home.root / result(spec)["model"]
    found = Candidate.read(model)
    assert (found.manifest["origin"], found.manifest["step"]) == ("imported", 2_000)
    assert "its training range was stated by Lea" in " ".join(found.warnings())
    assert b"cbuiltins" not in model.read_bytes()
    assert same(weights_of(model), weights_of(plain), optimizer=False)
    with_weights = with_canary(plain, tmp_path / "weights.zip", canary, "policy.pth")
    with pytest.raises(InputError, match=r"The weights of weights\.zip can't be read"):
        imported(home, file=str(with_weights), **given)
    assert not canary.exists()
    seen("data never opened, weights refused")
    # The trap is a real one.
    with zipfile.ZipFile(with_weights) as archive, pytest.raises(Exception):  # noqa: B017, PT011
        pickle.loads(archive.read("policy.pth")).nothing  # noqa: B018
    assert canary.exists()


@fault(
    53, injected="canary as best model and checkpoint", expected="client and pages unpickle none"
)
def test_client_and_dashboard_read_models_without_unpickling(
    trained: Session, place: Place, tmp_path: Path, seen: Seen
) -> None:
    """Python's own audit hook reports every unpickling of the process."""
    home, canary = place.home, tmp_path / "canary"
    best_model.save_best_model(home.best_model, trained.model, {"run": "run-a", "step": 1})
    folder = save(trained, home.checkpoints, 1_000)
    for path in (home.best_model, folder / "model.zip"):
        with_canary(path, path.with_suffix(".evil"), canary, "data").replace(path)
    code = """
import sys
events = []
sys.addaudithook(lambda name, args: events.append(args) if name == "pickle.find_class" else None)
from core.paths import Home
from core.people import Person
from core.vocabulary import Role
from dashboard.data.backtest_input import model
from runner.client import Client
home = Home.find(sys.argv[1])
client = Client(home, Person("Vic", Role.VIEWER))
shown = model(home, "models/ppo_phase4/best_model")
listed = client.checkpoints()
client.backups()
assert shown.sha256 and len(listed) == 1 and listed[0].problem
print(len(events), "torch" in sys.modules)
import pickle
pickle.loads(b"cbuiltins\\nlen\\n.")
print(len(events))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, home.root], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["0 False", "1"], done.stdout + done.stderr
    assert not canary.exists()
    seen("0 unpicklings, torch not loaded")


# 54 ------------------------------------------------------------------ NaN
_POISON = {
    "reward": """
from runner.agent.reward import Reward
whole, calls = Reward.total, []
def poisoned(self, components):
    rewards = whole(self, components)
    calls.extend([1] if len(rewards) == 125 else [])  # the training's, not the validation's
    if len(calls) > 300:  # in the tenth rollout of 32 steps
        rewards[0] = float("nan")
    return rewards
Reward.total = poisoned
""",
    "weights": """
import torch
from runner.agent.ppo import WrittenOutPPO
train = WrittenOutPPO.train
def poisoned(self):
    train(self)
    if self.num_timesteps >= 36_000:
        with torch.no_grad():
            self.policy.action_net.bias[0] = float("nan")
WrittenOutPPO.train = poisoned
""",
}


@fault(54, injected="NaN reward; NaN weights, real training", expected="DIVERGED, finite one kept")
@pytest.mark.parametrize("what", _POISON)
def test_a_training_that_diverges_keeps_its_last_finite_checkpoint(
    training: Place, what: str, seen: Seen
) -> None:
    code = f"{_POISON[what]}\nfrom runner.jobs.train_ppo import main\nraise SystemExit(main())"
    programs = own_programs() | {JobKind.TRAIN: (sys.executable, "-c", code)}
    service = training.service(commands=programs)
    job = training.submit(JobKind.TRAIN, steps=80_000)
    ended = at_its_end(training, service, job)
    assert ended.state is JobState.FAILED
    assert ended.exit_code == 1
    found = present(training.lead.result(job.id))
    assert (found["status"], found["error_kind"]) == ("DIVERGED", "diverged")
    assert ("rewards" in found["error"]) == (what == "reward")
    good = present(newest_checkpoint(training.home.checkpoints, present(job.run)))
    assert good.step == found["good_checkpoint"] == 20_000
    assert f"Checkpoint {good.step} is intact and finite" in ended.reason
    session = Session(
        TrainingData.prepare(candles(1500), training.week.playbook.training),
        training.week.playbook.training, 80_000, 8760,
    )  # fmt: skip
    restore(good, session.model)
    assert non_finite_parameter(session.model) is None
    (incident,) = training.lead.incidents(training.week.id)
    assert (incident.procedure, incident.state) == ("crash", IncidentState.OPEN)
    assert isinstance(training.lead.restart(learning_rate=1e-4), Refused)
    seen(f"{what}: {found['status']}, checkpoint {good.step}")


def test_a_model_that_is_not_finite_is_never_saved(tmp_path: Path) -> None:
    session = fresh()
    with torch.no_grad():
        session.model.policy.value_net.bias.fill_(float("nan"))
    for act in (
        lambda: save(session, tmp_path, 1_000),
        lambda: best_model.save_best_model(tmp_path / "best_model.zip", session.model, {}),
    ):
        with pytest.raises(TrainingDivergedError, match=r"value_net\.bias contain NaN"):
            act()
    assert list(tmp_path.iterdir()) == []


# 55 ------------------------------------------------------------------ other spaces, versions
@fault(
    55,
    injected="other observation names, sizes, versions",
    expected="the mismatch is named",
    no_home=PROGRAM,
)
def test_another_observation_space_or_version_is_named(
    trained: Session, tmp_path: Path, seen: Seen
) -> None:
    home = Home(tmp_path)
    folder = save(trained, home.checkpoints, 1_000)
    manifest = json.loads((folder / "manifest.json").read_text())
    versions = manifest["versions"] | {"torch": "2.0.1", "stable_baselines3": "1.8.0"}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"versions": versions}))
    said: list[str] = []
    spec = read_spec(write_spec(home, "train", resume=True))
    plan_training(spec, said.append, said.append)
    assert [sentence.split(";")[0] for sentence in said] == [
        "Checkpoint 1000 was written with torch 2.0.1",
        "Checkpoint 1000 was written with stable_baselines3 1.8.0",
    ]
    names = ["rsi_14", *manifest["observation"][1:]]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"observation": names}))
    with pytest.raises(InputError, match="missing momentum_6; unexpected rsi_14"):
        normaliser_of(verify_checkpoint(folder))
    wide = fresh()
    wide.model.policy.mlp_extractor.policy_net[0] = torch.nn.Linear(20, 64)
    foreign, statistics = tmp_path / "wide.zip", tmp_path / "wide.json"
    wide.model.save(foreign)
    statistics.write_text(json.dumps(wide.data.normaliser.as_dict()))
    with pytest.raises(InputError, match="20 numbers; this version has 12: momentum_6") as no:
        imported(home, file=str(foreign), normaliser=str(statistics),
                 trained_from="2021-02-23T00:00Z", trained_until="2021-04-20T00:00Z")  # fmt: skip
    seen(f"{said[0]} {no.value.what[:70]}…")


# 56 ------------------------------------------------------------------ resume
@fault(
    56,
    injected="N + M steps against N, kill -9, M",
    expected="equal at N; the same total",
    no_home=PROGRAM,
)
def test_a_killed_training_resumes_as_if_it_had_never_been_killed(
    tmp_path: Path, seen: Seen
) -> None:
    """22,000 steps are asked for: both end at 24,000, the next whole rollout."""
    one, other = make_home(tmp_path / "one"), Home(tmp_path / "other")
    shutil.copytree(one.root, other.root)
    whole = write_spec(one, "train", steps=22_000)
    assert run("train_ppo", whole).returncode == 0
    first = write_spec(other, "train", steps=22_000)
    child = subprocess.Popen(command("train_ppo", first), stdout=subprocess.PIPE, text=True)
    for line in present(child.stdout):
        if line.startswith("[INFO] Checkpoint saved at step 12000"):
            child.kill()
    assert child.wait() == -signal.SIGKILL
    tidy(other.checkpoints)
    n = present(newest_checkpoint(other.checkpoints, "run-a")).step
    a, b = one.checkpoints / str(n), other.checkpoints / str(n)
    assert same(weights(a), weights(b))
    known = [json.loads((folder / "manifest.json").read_text()) for folder in (a, b)]
    assert known[0]["updates"] == known[1]["updates"] > 0
    assert known[0]["last_episodes"] == known[1]["last_episodes"] != []
    for part in ("normaliser.json", "rng.json", "config.json"):
        assert (a / part).read_bytes() == (b / part).read_bytes(), part
    # What a resumed process holds at N is that, to the last bit.
    settings = read_spec(whole).playbook.training
    session = Session(TrainingData.prepare(candles(1500), settings), settings, 22_000, 8760)
    restore(verify_checkpoint(b), session.model)
    again = save_checkpoint(tmp_path / "again", session.model, "run-a",
                            normaliser_of(verify_checkpoint(b)), verify_checkpoint(b).config)  # fmt: skip
    assert same(weights(a), weights(again))
    for part in ("normaliser.json", "rng.json", "config.json"):
        assert (a / part).read_bytes() == (again / part).read_bytes(), part
    copied = json.loads((again / "manifest.json").read_text())
    assert {k: copied[k] for k in ("step", "updates", "last_episodes")} == {
        k: known[0][k] for k in ("step", "updates", "last_episodes")
    }
    second = write_spec(other, "train", attempt=2, resume=True)
    assert run("train_ppo", second).returncode == 0
    ends = [present(newest_checkpoint(home.checkpoints, "run-a")) for home in (one, other)]
    assert ends[0].step == ends[1].step == result(second)["steps"] == 24_000
    assert ends[0].manifest["updates"] == ends[1].manifest["updates"]
    reader = RunReader(other.run("run-a"))
    reader.refresh()
    steps = reader.series("rollout/ep_rew_mean").step.tolist()
    assert steps == sorted(set(steps)) == list(range(4_000, 24_001, 4_000))
    seen(f"N = {n}, both end at {ends[1].step} with {ends[1].manifest['updates']} updates")


def weights(folder: Path) -> dict[str, dict]:
    return weights_of(folder / "model.zip")


def weights_of(path: Path) -> dict[str, dict]:
    """Policy and optimizer of an SB3 zip, tensors only."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: torch.load(archive.open(name), weights_only=True)
            for name in ("policy.pth", "policy.optimizer.pth")
        }


def same(one: Any, other: Any, optimizer: bool = True) -> bool:
    """Equal to the last bit, through nested tables."""
    if not optimizer:
        return same(one["policy.pth"], other["policy.pth"])
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return torch.equal(one, other) if torch.is_tensor(one) else one == other


# 25, 26 -------------------------------------------------------------- full disks
@fault(25, injected="tmpfs for 2 checkpoints, 3 due", expected="last good intact, incident")
def test_a_disk_that_fills_in_a_checkpoint_costs_no_earlier_one(
    trained: Session, training: Place, tmp_path: Path, seen: Seen
) -> None:
    probe = save(trained, tmp_path / "probe", 1_000)
    one = sum(-(-file.stat().st_size // 4096) * 4096 for file in probe.iterdir())
    program = [sys.executable, "-m", "runner.jobs.train_ppo"]
    train = on_disk(training.home.checkpoints, str(int(one * 2.7)), program, name="train_ppo")
    service = training.service(commands=own_programs() | {JobKind.TRAIN: tuple(train)})
    job = training.submit(JobKind.TRAIN, steps=40_000)
    ended = at_its_end(training, service, job)
    skip_if_refused(ended.exit_code, training.lead.output_tail(job.id))
    assert ended.state is JobState.FAILED
    assert "No space left on device" in ended.reason
    kept = left(training.home.checkpoints)
    listed = list_checkpoints(kept)
    assert [each.step for each in listed] == [20_000, 12_000]
    assert all(each.verified for each in listed)
    assert not [path for path in kept.iterdir() if path.name.startswith(".")]
    (incident,) = training.lead.incidents(training.week.id)
    assert incident.procedure == "crash"
    assert "No space left" in incident.summary
    log = training.home.training_log.read_text(encoding="utf-8")
    assert log.count("was not saved") == 2  # once when it began, once when it ended the training
    seen(ended.reason[:90])


@fault(
    26,
    injected="stdout, stderr and training.log on /dev/full",
    expected="training continues",
    no_home=PROGRAM,
)
def test_a_training_does_not_need_its_log(tmp_path: Path, seen: Seen) -> None:
    home = make_home(tmp_path)
    home.training.mkdir(parents=True)
    home.training_log.symlink_to("/dev/full")
    spec = write_spec(home, "train", steps=8_000)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command("train_ppo", spec), stdout=full, stderr=full, timeout=120)
    assert done.returncode == 0
    found = result(spec)
    assert found["complete"] is True
    assert found["steps"] == 8_000
    assert present(newest_checkpoint(home.checkpoints, "run-a")).step == 8_000
    assert manifest_path(home.best_model).exists()
    seen("exit 0, complete, checkpoint 8000")


@fault(
    26,
    injected="log on a tmpfs that is full for a while",
    expected="log truncated, said once",
    no_home=PROGRAM,
)
def test_a_log_that_was_full_says_how_much_is_missing(tmp_path: Path, seen: Seen) -> None:
    code = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from runner.jobs.training_log import TrainingLog
disk = Path(sys.argv[1])
spare = disk / "spare"
spare.write_bytes(b"x" * 8192)
with TrainingLog(disk / "training.log", lambda: datetime(2026, 2, 23, tzinfo=UTC), echo=False) as log:
    for number in range(2000):
        log.info(f"line {number}")
    spare.unlink()
    log.info("space again")
    log.info("and on")
"""
    disk = tmp_path / "disk"
    done = run_on_disk(disk, "32k", [sys.executable, "-c", code, disk])
    assert done.returncode == 0, done.stderr
    lines = (left(disk) / "training.log").read_text().splitlines()
    written = [line for line in lines if line.split("Z ")[-1].startswith("[INFO] line")]
    (notice,) = [line for line in lines if "log truncated" in line]
    assert lines[-3:] == [
        notice,
        "2026-02-23T00:00:00Z [INFO] space again",
        "2026-02-23T00:00:00Z [INFO] and on",
    ]
    lost = int(notice.split("log truncated: ")[1].split()[0])
    whole = [line for line in written if line.endswith(tuple("0123456789"))]
    assert 2000 - len(whole) <= lost <= 2000 - len(whole) + 1  # the torn line counts as lost
    seen(notice.split("Z ")[1])
