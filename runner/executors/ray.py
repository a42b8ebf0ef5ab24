"""Ray by the REST interface of its Jobs: submit, list, stop. Ray itself is not imported.

Its client would bring 380 MB into the runner, and sends the same five requests.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from core.errors import InputError, SetupError
from core.language import Message, literal
from core.paths import CHECKOUT
from core.vocabulary import EngineState
from runner.executors.engine import EngineJob, EngineUnreachable, waits_for_ever
from runner.executors.executor import RAY_TOKEN, job_environment
from runner.executors.ray_token import headers
from runner.processes.attempt_processes import ATTEMPT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.playbook.placement import Placement
    from runner.executors.engine import Submission

FRONT = CHECKOUT / "runner" / "processes" / "front.py"
JOBS = "/api/jobs/"
NODES = "/api/v0/nodes?detail=1&limit=1000"
GROUP = (
    "ray.io/node-group"  # the label by which KubeRay and `ray start --labels` name groups of nodes
)
_OURS = "trainweek"  # in the metadata: the attempt's id
_ENDED = frozenset({"SUCCEEDED", "FAILED", "STOPPED"})
_MOST_BYTES = 64 << 20
_MOST_SAID = 200
_ASKED = ("cpus", "memory_gb", "gpus", "partition")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it points."""

    def redirect_request(self, *_: object) -> None:
        return None


class Ray:
    """A cluster that the address of its dashboard reaches, directly and not through a proxy.

    :param address: http://HOST:8265
    :param timeout_s: after so long a request counts as unanswered.
    """

    name = "Ray"
    limits_time = False

    def __init__(self, address: str, timeout_s: float) -> None:
        self.address, self.timeout_s = address.rstrip("/"), timeout_s
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)

    def submit(self, wanted: Submission) -> str:
        """Submit it with the attempt's id as Ray's own; one that Ray has already is adopted.

        :raises EngineUnreachable: no answer, or an error of Ray's own: it may have been accepted.
        :raises InputError: it was refused.
        :raises SetupError: no Ray there, or the token is wrong.
        """
        status, answer = self._ask(JOBS, _body(wanted))
        if status < 300 or "already exists" in answer:
            return wanted.attempt_id
        said = _last_line(answer)
        if not _refuses(status, answer):
            raise EngineUnreachable(f"HTTP {status}: {said}")
        raise InputError(
            Message("Ray refused the job: {answer}", answer=said),
            Message(
                "Change training.placements in the playbook: {settings}.",
                settings=", ".join(_ASKED),
            ),
        )

    def jobs(self) -> list[EngineJob]:
        """Every job that this Ray knows and that bears an attempt's id.

        :raises EngineUnreachable: no answer.
        :raises SetupError: no Ray there, or the token is wrong.
        """
        listed = self._json(JOBS)
        if not isinstance(listed, list):
            raise self._no_ray()
        ours = [each for each in listed if isinstance(each, dict) and _is_ours(each)]
        waits = any(each.get("status") == "PENDING" for each in ours)
        nodes = self._nodes() if waits else []
        return [_job(each, nodes) for each in ours]

    def try_out(self, placement: Placement) -> None:
        """Whether a node that lives has what is asked for.

        :raises EngineUnreachable: no answer.
        :raises SetupError: no Ray there, the token is wrong, or no node has it.
        """
        self.jobs()
        nodes = self._nodes()
        if not nodes:
            raise EngineUnreachable(f"{self.address} (ray_address): no node is known")
        why = _missing(_asked(placement), nodes)
        if why is not None:
            raise SetupError(
                why, Message("Change training.placements in the playbook or the cluster.")
            )

    def cancel(self, number: str) -> None:
        """Have it stopped: SIGTERM to all of its processes, SIGKILL after the wait it came with.

        :raises EngineUnreachable: no answer.
        """
        status, answer = self._ask(f"{JOBS}{number}/stop", {})
        if status >= 300 and status != 404:
            raise EngineUnreachable(f"HTTP {status}: {_last_line(answer)}")

    def _nodes(self) -> list[Mapping[str, Any]]:
        """The nodes that live; empty: not known."""
        try:
            found = self._json(NODES)["data"]["result"]["result"]
            return [each for each in found if each["state"] == "ALIVE"]
        except (EngineUnreachable, SetupError, KeyError, TypeError):
            return []

    def _json(self, path: str) -> Any:
        status, answer = self._ask(path)
        if status >= 500 or status == 429:
            raise EngineUnreachable(f"HTTP {status}: {_last_line(answer)}")
        try:
            if status < 300:
                return json.loads(answer)
        except ValueError:
            pass
        raise self._no_ray()

    def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, str]:
        """Status and text of one answer.

        :raises EngineUnreachable: there was none.
        :raises SetupError: the token is wrong.
        """
        asked = urllib.request.Request(self.address + path, headers=headers())
        if body is not None:
            asked.data, asked.method = json.dumps(body).encode(), "POST"
        try:
            status, said = self._answer(asked)
        except (OSError, HTTPException) as error:
            why = getattr(error, "reason", error)
            raise EngineUnreachable(f"{self.address} (ray_address): {why}") from None
        if status in (401, 403):
            raise self._wrong_token(said)
        return status, said

    def _answer(self, asked: urllib.request.Request) -> tuple[int, str]:
        try:
            answer = self._opener.open(asked, timeout=self.timeout_s)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read(_MOST_BYTES).decode(errors="replace")

    def _wrong_token(self, said: str) -> SetupError:
        return SetupError(
            Message(
                "Ray at {address} refused the token: {answer}",
                address=self.address,
                answer=_last_line(said),
            ),
            Message(
                "Set {variable}, or write the cluster's token into the file that {file} names or"
                " ~/.ray/auth_token.",
                variable=RAY_TOKEN,
                file=f"{RAY_TOKEN}_PATH",
            ),
        )

    def _no_ray(self) -> SetupError:
        return SetupError(
            Message("{address} is not the address of a Ray.", address=self.address),
            Message(
                "Set ray_address to the address of Ray's dashboard, such as {example}.",
                example="http://ray-head:8265",
            ),
        )


def _body(wanted: Submission) -> dict[str, Any]:
    asked = wanted.placement
    words = [sys.executable, "-I", "-S", str(FRONT), *wanted.command]
    environment = {
        name: value
        for name, value in job_environment().items()
        if name.startswith("TRAINWEEK_")
        and name != "TRAINWEEK_TOKEN"  # Ray shows them to everybody
    }
    body: dict[str, Any] = {
        "submission_id": wanted.attempt_id,
        # Ray runs it by a shell.
        "entrypoint": f"exec {shlex.join(words)} >>{shlex.quote(str(wanted.folder / 'shim.log'))} 2>&1",
        "runtime_env": {
            "env_vars": environment
            | {
                ATTEMPT_VARIABLE: wanted.attempt_id,
                "RAY_JOB_STOP_SIGNAL": "SIGTERM",
                "RAY_JOB_STOP_WAIT_TIME_S": str(math.ceil(wanted.warning_s)),
            }
        },
        "metadata": {_OURS: wanted.attempt_id} | _asked(asked),
        "entrypoint_num_cpus": asked.cpus or 1,
    }
    if asked.gpus:
        body["entrypoint_num_gpus"] = asked.gpus
    if asked.memory_gb is not None:
        body["entrypoint_memory"] = math.ceil(asked.memory_gb * 1024**3)
    if asked.partition is not None:
        body["entrypoint_label_selector"] = {GROUP: asked.partition}
    return body


def _asked(placement: Placement) -> dict[str, str]:
    return {name: str(value) for name in _ASKED if (value := getattr(placement, name))}


def _refuses(status: int, answer: str) -> bool:
    """Whether Ray itself refuses a job; what stands before it may answer by any other status.

    Of its own errors only those that name a fault of the request: two submissions at once can
    both fail (ray#31356).
    """
    if status < 500:
        return status in (400, 422)
    return re.search(r"status code 4(?!08|29)", answer) is not None


def _is_ours(job: Mapping[str, Any]) -> bool:
    own = job.get("submission_id")
    return bool(own) and (job.get("metadata") or {}).get(_OURS) == own


def _job(job: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]]) -> EngineJob:
    own, word = str(job["submission_id"]), str(job.get("status"))
    began = job.get("driver_node_id") is not None
    if word == "PENDING":
        return EngineJob(own, own, EngineState.WAITING, _waits(job["metadata"], nodes), began)
    if word not in _ENDED:  # also a word of a later version: it doesn't say that it has ended
        return EngineJob(own, own, EngineState.RUNNING, literal(word), began)
    code = job.get("driver_exit_code")
    if code is None:
        why = _last_line(str(job.get("message") or "")) if word == "FAILED" else ""
        said = literal(f"{word}: {why}" if why else word)
    else:
        said = Message("{state}, exit code {code}", state=word, code=code)
    return EngineJob(own, own, EngineState.ENDED, said, began)


def _waits(asked: Mapping[str, str], nodes: Iterable[Mapping[str, Any]]) -> Message:
    """Why it waits. Ray has one sentence for "not yet" and for "never", and the nodes know more."""
    why = _missing(asked, nodes)
    return Message("waiting") if why is None else waits_for_ever(why)


def _missing(asked: Mapping[str, str], nodes: Iterable[Mapping[str, Any]]) -> Message | None:
    """What no node has by itself; None: one has it all, or the nodes are not known."""
    alive = list(nodes)
    wanted = [name for name in _ASKED if name in asked]
    lacking = [[name for name in wanted if not _has(node, name, asked[name])] for node in alive]
    if not lacking or [] in lacking:
        return None
    by_none = [name for name in wanted if all(name in each for each in lacking)]
    what = ", ".join(f"{name}: {asked[name]}" for name in by_none[:1] or wanted)
    return Message("no node of the cluster has {what}", what=what)


def _has(node: Mapping[str, Any], name: str, wanted: str) -> bool:
    if name == "partition":
        return bool((node.get("labels") or {}).get(GROUP) == wanted)
    key, unit = {"cpus": ("CPU", 1), "gpus": ("GPU", 1), "memory_gb": ("memory", 1024**3)}[name]
    total = float((node.get("resources_total") or {}).get(key) or 0)
    return total >= float(wanted) * unit


def _last_line(answer: str) -> str:
    """What it says at its end, without the dots and traces around it."""
    lines = [line.strip() for line in answer.splitlines() if line.strip(" .")]
    return (lines[-1] if lines else "no answer")[:_MOST_SAID]
