"""A paper record beside the ledger's line about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.errors import IntegrityError
from core.files import file_sha256
from core.ledger_bodies import DecisionFollowed
from core.trading.paper import RECORD, PaperRecord, read_paper
from core.trading.paper_archive import write_paper
from core.trading.paper_check import checked_paper
from tests.core.paper_records import SHA, paper

if TYPE_CHECKING:
    from pathlib import Path


def line_of(folder: Path, made: PaperRecord, **other: Any) -> DecisionFollowed:
    told: dict[str, Any] = {
        name: getattr(made, name) for name in ("job_id", "days", "left_on", "expired_on", "held")
    }
    told |= {"revalidation_sha256": made.decision, "data_sha256": made.data.sha256}
    told |= {"record_sha256": file_sha256(folder / RECORD)}
    return DecisionFollowed(**(told | other))


def test_what_the_ledger_says_is_shown_and_anything_else_refused(tmp_path: Path) -> None:
    folder, made = tmp_path / SHA, paper(12, -0.02)
    write_paper(folder, made, {}, None)
    assert checked_paper(folder, line_of(folder, made)) == made
    assert checked_paper(folder, None) == made
    for other in (
        {"record_sha256": "0" * 64},
        {"days": 11},
        {"job_id": "paper-0", "days": 13},
        {"job_id": "paper-0", "expired_on": 3},
    ):
        with pytest.raises(IntegrityError, match="not what the ledger says"):
            checked_paper(folder, line_of(folder, made, **other))
    earlier = line_of(folder, made, job_id="paper-0", days=11, record_sha256="0" * 64)
    assert checked_paper(folder, earlier) == made  # a job has just written the next one


def test_a_record_that_is_gone_although_the_ledger_names_it_is_missing(tmp_path: Path) -> None:
    folder, made = tmp_path / SHA, paper(12)
    assert checked_paper(folder, None) is None
    write_paper(folder, made, {}, None)
    line = line_of(folder, made)
    (folder / RECORD).unlink()
    with pytest.raises(IntegrityError, match="is missing"):
        checked_paper(folder, line)


def test_a_table_that_was_changed_makes_the_record_unreliable(tmp_path: Path) -> None:
    import hashlib

    folder, text = tmp_path / SHA, "time,equity\n"
    made = paper(3).model_copy(
        update={"artifacts": {"equity.csv": hashlib.sha256(text.encode()).hexdigest()}}
    )
    write_paper(folder, made, {"equity.csv": text}, None)
    assert read_paper(folder) == made
    (folder / "equity.csv").write_text(text + "1,2\n", encoding="utf-8")
    with pytest.raises(IntegrityError) as refused:
        read_paper(folder)
    assert "equity.csv" in refused.value.what
    assert refused.value.remedy == f"Make it again: trainweek decision follow {SHA}"
