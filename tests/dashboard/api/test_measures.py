"""The numbers for Prometheus agree with the pages; rules and dashboard name numbers that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from core.ledger_bodies import NoteWritten
from dashboard.data.services import Services
from tests.dashboard.api.conftest import Served
from tests.dashboard.place import LEAD, Place
from tests.expected import present, recorded

if TYPE_CHECKING:
    from prometheus_client.samples import Sample

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
RULES = EXAMPLES / "prometheus_rules.yml"
NAME = re.compile(r"\btrainweek_\w+")


def samples(served: Served) -> list[Sample]:
    answer = served.get("/metrics", served.token("vic"))
    assert answer.status_code == 200
    return [one for family in text_string_to_metric_families(answer.text) for one in family.samples]


def of(found: list[Sample], name: str, **labels: str) -> float:
    return next(one.value for one in found if one.name == name and labels == one.labels)


def test_the_numbers_are_those_of_the_snapshot(served: Served) -> None:
    recorded(served.place.client().open_incident("2026-02-23", "performance", "Flat."))
    snapshot = present(Services(served.home, LEAD, now=lambda: served.place.now).snapshot())
    found = samples(served)
    assert of(found, "trainweek_run_step") == snapshot.readings["step"].value
    assert of(found, "trainweek_run_reward") == snapshot.readings["last_reward"].value
    assert of(found, "trainweek_run_approx_kl") == snapshot.readings["kl"].value
    assert of(found, "trainweek_run_steps_per_second") > 0
    assert of(found, "trainweek_training_status", status="RUNNING") == 1
    assert of(found, "trainweek_jobs", kind="train", state="RUNNING") == 1
    assert of(found, "trainweek_incidents_open", procedure="performance") == 1
    assert of(found, "trainweek_runner_alive") == 0
    assert of(found, "trainweek_store_sound") == 1
    verdicts = sum(one.value for one in found if one.name == "trainweek_checks")
    assert verdicts == sum(
        len(snapshot.judgements(view.spec))
        for view in snapshot.timeline
        if view.at <= snapshot.now_week
    )


def test_a_number_without_data_is_absent(place: Place) -> None:
    names = {one.name for one in samples(Served(place))}
    assert "trainweek_runner_alive" in names
    assert not {name for name in names if name.startswith("trainweek_run_")}


def test_the_ledger_counts_its_lines(served: Served) -> None:
    before = of(samples(served), "trainweek_ledger_lines_total")
    client = served.place.client()
    with client.store.write() as write:
        write.append(
            NoteWritten(slot="launch", text="x"),
            by=LEAD,
            at=served.place.now,
            at_week=served.place.now,
            week_id="2026-02-23",
        )
    assert of(samples(served), "trainweek_ledger_lines_total") == before + 1


def test_a_collector_gets_the_format_that_it_accepts(served: Served) -> None:
    secret = served.token("vic")
    text = served.get("/metrics", secret, Accept="text/plain")
    assert text.headers["content-type"].startswith("text/plain")
    newer = served.get("/metrics", secret, Accept="application/openmetrics-text; version=1.0.0")
    assert newer.headers["content-type"].startswith("application/openmetrics-text")
    assert newer.text.endswith("# EOF\n")


def test_rules_and_dashboard_name_numbers_that_exist(served: Served) -> None:
    known = {one.name for one in samples(served)}
    rules = yaml.safe_load(RULES.read_text())
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((EXAMPLES / "grafana_dashboard.json").read_text())
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {name for expression in asked for name in NAME.findall(expression)}
    assert len(named) > 12
    # Absent while nothing of it is known: no runner ever, no message yet.
    outbox = {f"trainweek_outbox_{name}" for name in ("oldest_seconds", "waiting", "failed")}
    sometimes = {"trainweek_runner_heartbeat_age_seconds", *outbox}
    assert named <= known | sometimes


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_accepts_rules_and_numbers(served: Served) -> None:
    checked = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    text = served.get("/metrics", served.token("vic")).text
    linted = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stderr
