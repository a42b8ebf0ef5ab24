"""A place with a real, saved revalidation: model, candles, archive, and the job that made it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.decision import Checks, decision_text, write_reports
from core.decision.load import files_of
from core.files import file_sha256, write_json
from core.market.candle_files import candles_sha256
from core.model_manifest import manifest_of, manifest_path
from core.timestamps import iso
from core.vocabulary import Decision, EvidenceGrade, JobKind, SignatureAct
from runner.client import Client
from runner.jobs.decision_context import Approvals
from tests.core.backtest_records import DAY, MARKET, decision_of, look_ahead, record
from tests.expected import present
from tests.runner.place import CTO, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from core.decision import DecisionRecord
    from core.market.candles import Provenance
    from core.paths import Home
    from core.people import Person
    from runner.outcomes import Recorded, Refused
    from runner.records import Signature

CANDLES = "OGNUSDT-1h.csv"
CONDITIONS = (
    {"text": "half size", "owner": "Lea", "due": "2026-03-01"},
    {"text": "alarm at 3 %", "owner": "Eva", "due": "2099-01-01"},
)

# By what they were built from: many tests begin with the same one, at another moment.
_BUILT: dict[str, DecisionRecord] = {}


class SignedPlace(Place):
    """Its clients can be given a time."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.at: datetime | None = None
        self.home.model.mkdir(parents=True)
        self.home.best_model.write_bytes(b"weights")
        write_candles(self.home)

    @property
    def candles(self) -> Path:
        return self.home.backtest_data / CANDLES

    def client(self, person: Person = CTO) -> Client:
        return Client(self.home, person, lambda: self.at or datetime.now(UTC))

    def revalidate(
        self,
        decision: str = "GO",
        seed: int = 1,
        grade: str = "STRONG",
        schema: int = 2,
        checks: Checks | None = None,
        train_range: tuple[str, str] | None = None,
        approvals: Approvals = Approvals(),  # noqa: B008  frozen
        synthetic: bool = False,
    ) -> str:
        """Save a revalidation of the files that are there now; its hash."""
        backtest = record(seed)
        model: dict[str, Any] = {
            "path": "models/ppo_phase4/best_model.zip",
            "sha256": self.manifest()["sha256"],
            "manifest_sha256": canonical_sha256(self.manifest()),
            "train_range": train_range,
        }
        data = provenance_of(self.home).model_copy(update={"synthetic": synthetic})
        given: dict[str, Any] = {
            "checks": checks,
            "production": approvals.production,
            "lapsed": approvals.lapsed,
        }
        key = repr((seed, self.week.id, model, data, given))
        if key not in _BUILT:
            _BUILT[key] = decision_of(backtest, week=self.week.id, model=model, data=data, **given)
        saved = _BUILT[key].model_copy(update={"created_at": iso(self.at or datetime.now(UTC))})
        graded = saved.evidence.model_copy(update={"grade": EvidenceGrade(grade)})
        now = present(self.lead.week(self.week.id))
        rules = saved.playbook.model_copy(update={"sha256": now.playbook_sha256})
        saved = saved.model_copy(
            update={"decision": Decision(decision), "evidence": graded, "playbook": rules}
        )
        paths = write_reports(
            self.home, DAY, saved, equity=backtest.equity, trades=backtest.trades,
            text=decision_text(saved), memo_html="<p>memo ção</p>", log_summary="log",
        )  # fmt: skip
        sha256, archive = paths.sha256, paths.archive
        if schema == 1:
            archive = as_first_schema(archive)
            sha256 = archive.name
        result = {
            "decision": decision,
            "score": saved.score,
            "sha256": sha256,
            "archive": self.home.relative(archive),
            "archived": {file.name: file_sha256(file) for file in files_of(archive)},
            "report": {"decision": self.home.relative(paths.decision)},
        }
        service = self.service(take_over=True)
        self.until(service, self.submit(JobKind.REVALIDATE, result=result, save_report=True))
        service.close()
        return sha256

    def repeat(self, sha256: str, **other: str) -> None:
        """A later revalidation with the same result; ``other`` hashes of archived files by stem."""
        archive = self.archive(sha256)
        archived = {
            file.name: other.get(file.stem, file_sha256(file)) for file in files_of(archive)
        }
        saved = json.loads((archive / "decision.json").read_text(encoding="utf-8"))
        result = {
            "decision": saved["decision"],
            "score": saved["score"],
            "sha256": sha256,
            "archive": self.home.relative(archive),
            "archived": archived,
            "report": {"decision": "reports/revalidation/dated.json"},
            "identical": True,
        }
        service = self.service(take_over=True)
        self.until(service, self.submit(JobKind.REVALIDATE, result=result, save_report=True))
        service.close()

    def manifest(self) -> dict[str, Any]:
        """Of the model that is there; a new one if the model is another."""
        sha256 = hashlib.sha256(self.home.best_model.read_bytes()).hexdigest()
        found = manifest_of(self.home.best_model, sha256)
        if found is None:
            found = {"sha256": sha256, "normaliser": {"mean": [0.0], "std": [1.0]}}
            write_json(manifest_path(self.home.best_model), found)
        return found

    def sign(
        self,
        sha256: str,
        act: SignatureAct = SignatureAct.APPROVE,
        conditions: Sequence[Mapping[str, str]] = (),
        **more: Any,
    ) -> Recorded[Signature] | Refused:
        return self.client().sign(self.week.id, sha256, act, "I read it.", conditions, **more)

    def archive(self, sha256: str) -> Path:
        return self.home.revalidation_archive / sha256


def write_candles(home: Home) -> None:
    """The shared market as the home's backtest data."""
    home.backtest_data.mkdir(parents=True, exist_ok=True)
    columns = ["open_time", "open", "high", "low", "close", "volume"]
    frame = MARKET.candles.frame.reset_index()[columns]
    frame["open_time"] = frame["open_time"].astype("int64") // 10**6
    frame.to_csv(home.backtest_data / CANDLES, index=False)


def provenance_of(home: Home) -> Provenance:
    """Of the candles that the home has."""
    sha256 = candles_sha256(home.backtest_data)
    return MARKET.candles.provenance().model_copy(update={"sha256": sha256})


def as_first_schema(archive: Path) -> Path:
    """The same archive, its decision as trainweek wrote it before there was uncertainty."""
    file = archive / "decision.json"
    fields = of_first_schema(json.loads(file.read_text(encoding="utf-8")))
    file.write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return archive.rename(archive.with_name(file_sha256(file)))


def of_first_schema(decision: dict[str, Any]) -> dict[str, Any]:
    """The fields that a decision had before there was uncertainty."""
    later = {
        "uncertainty", "robustness", "earning", "trust", "change", "if_go", "reproducible",
        "sentences",
    }  # fmt: skip
    of_a_gate = {"ci95", "p_pass", "distribution", "costs_x2"}
    evidence = ("grade", "reasons", "psr0", "psr1", "trades", "days")
    baselines = ("flat", "buy_and_hold", "exposure_matched")
    return {
        **{name: value for name, value in decision.items() if name not in later},
        "schema_version": 1,
        "gates": [
            {name: value for name, value in gate.items() if name not in of_a_gate}
            for gate in decision["gates"]
        ],
        "evidence": {name: decision["evidence"][name] for name in evidence},
        "baselines": {name: decision["baselines"][name] for name in baselines},
    }


def looked_ahead() -> Checks:
    """A look-ahead test that failed, in a backtest that gave other numbers the second time."""
    return Checks(lookahead=look_ahead(False, detail="the policy knew"), reproducible=False)


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)
