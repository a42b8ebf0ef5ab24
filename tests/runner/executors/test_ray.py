"""What Ray is asked over HTTP and what its answers mean, without a Ray."""

from __future__ import annotations

import json
import shlex
import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import InputError, SetupError
from core.playbook.placement import Placement
from core.vocabulary import EngineState
from runner.executors.engine import EngineJob, EngineUnreachable, Submission
from runner.executors.executor import job_environment
from runner.executors.ray import NODES, Ray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "a-token"
DUPLICATE = "Request failed with status code 400: Traceback\nValueError: Job with submission_id an-id already exists. Please use another.\n.\n"


@pytest.fixture(autouse=True)
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("HOME", str(tmp_path))


class Head:
    """Answers each path with what the test has it say, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.headers: list[str | None] = []

    @contextmanager
    def served(self) -> Iterator[Ray]:
        head = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                head.asked.append((self.command, self.path, body))
                head.headers.append(self.headers.get("Authorization"))
                status, said = head.answers.get(self.path, (404, "Not found"))
                self.send_response(status)
                if status == 307:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write((said if isinstance(said, str) else json.dumps(said)).encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield Ray(f"http://127.0.0.1:{server.server_address[1]}/", 5.0)
        finally:
            server.shutdown()
            server.server_close()

    def submit(self, wanted: Submission) -> tuple[str, Any]:
        with self.served() as ray:
            number = ray.submit(wanted)
        return number, self.asked[-1][2]

    def jobs(self, *listed: dict[str, Any]) -> list[EngineJob]:
        self.answers["/api/jobs/"] = (200, list(listed))
        with self.served() as ray:
            return ray.jobs()


@pytest.fixture
def head() -> Head:
    return Head()


def wanted(folder: Path, **resources: object) -> Submission:
    placement = Placement.model_validate({"executor": "ray", **resources})
    return Submission("an-id", ["/py", "a b; rm"], folder, folder, placement, 60.0)


def job(status: str, **more: Any) -> dict[str, Any]:
    own = more.pop("own", "an-id")
    return {
        "submission_id": own,
        "status": status,
        "message": more.pop("message", ""),
        "driver_exit_code": more.pop("code", None),
        "driver_node_id": None if status == "PENDING" else "n",
        "metadata": {"trainweek": own, **more},
    }


def nodes(**changed: Any) -> tuple[int, Any]:
    node = {
        "state": "ALIVE",
        "resources_total": {"CPU": 8.0, "memory": 2.0 * 1024**3},
        "labels": {"ray.io/node-group": "batch"},
    }
    return 200, {"data": {"result": {"result": [node | changed]}}}


def test_it_is_submitted_under_its_id_with_words_and_resources(
    head: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINWEEK_LANGUAGE", "en")
    monkeypatch.setenv("TRAINWEEK_TOKEN", "secret")
    head.answers["/api/jobs/"] = (200, {"submission_id": "an-id"})
    asked = wanted(tmp_path, cpus=4, memory_gb=1.5, gpus=2, partition="batch")
    number, body = head.submit(asked)
    assert (number, body["submission_id"], body["metadata"]["trainweek"]) == ("an-id",) * 3
    words = shlex.split(body["entrypoint"])
    assert words[0] == "exec"
    assert words[5:7] == ["/py", "a b; rm"]  # quoted: Ray runs it by a shell
    assert body["entrypoint_num_cpus"] == 4
    assert body["entrypoint_num_gpus"] == 2
    assert body["entrypoint_memory"] == 1536 * 1024**2
    assert body["entrypoint_label_selector"] == {"ray.io/node-group": "batch"}
    given = body["runtime_env"]["env_vars"]
    assert (given["TRAINWEEK_LANGUAGE"], given["RAY_JOB_STOP_WAIT_TIME_S"]) == ("en", "60")
    assert "secret" not in json.dumps(body)
    assert TOKEN not in json.dumps(body)
    assert head.headers == [f"Bearer {TOKEN}"]


def test_one_that_ray_has_already_is_adopted(head: Head, tmp_path: Path) -> None:
    head.answers["/api/jobs/"] = (500, DUPLICATE)
    assert head.submit(wanted(tmp_path))[0] == "an-id"


def test_an_error_of_rays_own_is_no_refusal(head: Head, tmp_path: Path) -> None:
    head.answers["/api/jobs/"] = (500, "Traceback\nRuntimeError: a race\n")
    with pytest.raises(EngineUnreachable, match="HTTP 500: RuntimeError: a race"):
        head.submit(wanted(tmp_path))


@pytest.mark.parametrize("status", [302, 404, 408, 413, 429, 502])
def test_what_stands_before_ray_refuses_no_job(head: Head, tmp_path: Path, status: int) -> None:
    head.answers["/api/jobs/"] = (status, "a sign-in page")
    with pytest.raises(EngineUnreachable, match=f"HTTP {status}"):
        head.submit(wanted(tmp_path))


@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_answer_cut_short_is_none(status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as asked:
                asked.recv(65536)
                head = f"HTTP/1.1 {status} Said\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
                asked.sendall(head.encode())

        Thread(target=answer, daemon=True).start()
        ray = Ray(f"http://127.0.0.1:{server.getsockname()[1]}", 5.0)
        with pytest.raises(EngineUnreachable, match="ray_address"):
            ray.jobs()


def test_a_refusal_names_the_settings(head: Head, tmp_path: Path) -> None:
    head.answers["/api/jobs/"] = (400, "Traceback\nValueError: no such thing\n")
    with pytest.raises(InputError) as found:
        head.submit(wanted(tmp_path))
    assert "ValueError: no such thing" in found.value.what
    assert "training.placements" in found.value.remedy


@pytest.mark.parametrize(
    ("listed", "seen", "said"),
    [
        (job("RUNNING"), EngineState.RUNNING, "RUNNING"),
        (job("A_NEW_WORD"), EngineState.RUNNING, "A_NEW_WORD"),
        (job("SUCCEEDED", code=0), EngineState.ENDED, "SUCCEEDED, exit code 0"),
        (job("FAILED", code=137), EngineState.ENDED, "FAILED, exit code 137"),
        (job("FAILED", message="node died"), EngineState.ENDED, "FAILED: node died"),
        (job("STOPPED", message="intentionally"), EngineState.ENDED, "STOPPED"),
    ],
)
def test_a_listed_job(head: Head, listed: dict[str, Any], seen: EngineState, said: str) -> None:
    assert head.jobs(listed) == [EngineJob("an-id", "an-id", seen, head.jobs(listed)[0].said, True)]
    assert head.jobs(listed)[0].said == said


def test_jobs_of_others_are_not_ours(head: Head) -> None:
    other, bare = job("RUNNING"), job("RUNNING")
    other["metadata"], bare["metadata"] = {"trainweek": "another"}, None
    assert head.jobs(other, bare) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"cpus": "8"}, "waiting"),
        ({"cpus": "9"}, "cpus: 9"),
        ({"gpus": "1"}, "gpus: 1"),
        ({"memory_gb": "2.5"}, "memory_gb: 2.5"),
        ({"partition": "batch"}, "waiting"),
        ({"partition": "nope"}, "partition: nope"),
    ],
)
def test_what_no_node_has_is_named(head: Head, asked: dict[str, str], said: str) -> None:
    head.answers["/api/v0/nodes?detail=1&limit=1000"] = nodes()
    (found,) = head.jobs(job("PENDING", **asked))
    assert (found.state, found.began) == (EngineState.WAITING, False)
    assert found.said.endswith(said) or f"has {said}. It will not start" in found.said


def test_nothing_is_said_of_nodes_that_are_not_known(head: Head) -> None:
    (found,) = head.jobs(job("PENDING", gpus="1"))
    assert found.said == "waiting"


def test_a_wrong_token_is_named_and_not_shown(head: Head) -> None:
    head.answers["/api/jobs/"] = (403, "Forbidden: Invalid authentication token")
    with head.served() as ray, pytest.raises(SetupError) as found:
        ray.jobs()
    assert "Invalid authentication token" in found.value.what
    assert "RAY_AUTH_TOKEN" in found.value.remedy
    assert TOKEN not in found.value.what + found.value.remedy


def test_a_token_no_header_can_hold_is_not_shown(
    head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "one\ntwo")
    with head.served() as ray, pytest.raises(SetupError) as found:
        ray.jobs()
    assert "two" not in found.value.what


def test_the_token_of_a_file(head: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("of-a-file\n")
    head.jobs()
    (tmp_path / "named").write_text("named\n")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "named"))
    head.jobs()
    assert head.headers == ["Bearer of-a-file", "Bearer named"]


@pytest.mark.parametrize(
    "answer", [(404, "Not found"), (200, "<html>"), (200, {"a": 1}), (307, "")]
)
def test_an_address_that_is_no_ray_is_named(head: Head, answer: tuple[int, Any]) -> None:
    head.answers["/api/jobs/"] = answer
    head.answers["/elsewhere"] = (200, [])
    with head.served() as ray, pytest.raises(SetupError) as found:
        ray.jobs()
    assert "ray_address" in found.value.remedy
    assert [path for _, path, _ in head.asked] == ["/api/jobs/"]  # the token goes nowhere else


def test_nobody_there_is_no_answer_and_names_the_setting(head: Head) -> None:
    with head.served() as ray:
        pass
    with pytest.raises(EngineUnreachable, match=r"\(ray_address\): .*refused"):
        ray.jobs()


def test_a_head_without_its_brain_is_no_answer(head: Head) -> None:
    head.answers["/api/jobs/"] = (500, "Traceback\nRpcError: GCS is gone\n")
    with head.served() as ray, pytest.raises(EngineUnreachable, match="GCS is gone"):
        ray.jobs()


def test_a_stop_of_what_is_forgotten_is_done(head: Head) -> None:
    head.answers["/api/jobs/an-id/stop"] = (404, "Job an-id does not exist")
    with head.served() as ray:
        ray.cancel("an-id")
    assert head.asked == [("POST", "/api/jobs/an-id/stop", {})]


def test_jobs_do_not_inherit_the_token() -> None:
    assert "RAY_AUTH_TOKEN" not in job_environment()


def test_a_placement_is_tried_out_against_the_nodes(head: Head, tmp_path: Path) -> None:
    head.answers["/api/jobs/"] = (200, [])
    head.answers[NODES] = nodes()
    with head.served() as ray:
        ray.try_out(wanted(tmp_path, cpus=8, partition="batch").placement)
        with pytest.raises(SetupError) as found:
            ray.try_out(wanted(tmp_path, gpus=1).placement)
    assert "no node of the cluster has gpus: 1" in found.value.what
    assert {asked[0] for asked in head.asked} == {"GET"}


def test_what_no_node_has_together_is_said(head: Head, tmp_path: Path) -> None:
    head.answers["/api/jobs/"] = (200, [])
    (cpus,) = nodes()[1]["data"]["result"]["result"]
    gpu = cpus | {"resources_total": {"CPU": 1.0, "GPU": 1.0}}
    head.answers[NODES] = (200, {"data": {"result": {"result": [cpus, gpu]}}})
    with head.served() as ray, pytest.raises(SetupError, match="cpus: 4, gpus: 1"):
        ray.try_out(wanted(tmp_path, cpus=4, gpus=1).placement)


def test_without_a_node_it_is_not_known(head: Head, tmp_path: Path) -> None:
    head.answers["/api/jobs/"] = (200, [])
    with head.served() as ray, pytest.raises(EngineUnreachable, match="no node is known"):
        ray.try_out(wanted(tmp_path).placement)
