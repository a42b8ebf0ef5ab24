"""Wrong parameters at the command line: one clear error, exit 2, nothing written or started."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from runner.cli import main
from tests.runner.cli.terminal import TRAINWEEK
from tests.runner.place import Place, place

__all__ = ["place"]

WRONG = [
    (["train", "--param", "learning_rat=0.5"], "'learning_rat'. Did you mean learning_rate?"),
    (["train", "--param", "learning_rate=NaN"], "learning_rate is nan"),
    (["train", "--param", "learning_rate=Infinity"], "learning_rate is inf"),
    (["train", "--param", "learning_rate=-1e-4"], "learning_rate is -0.0001"),
    (["train", "--param", "learning_rate=true"], "learning_rate is True"),
    (["train", "--param", "learning_rate=fast"], "learning_rate is 'fast'"),
    (["train", "--param", "steps=1e999"], "steps is inf"),
    (["train", "--param", "steps=2e4"], "steps is 20000.0"),
    (["train", "--param", f"steps={10**400}"], "steps is 1000000"),
    (["train", "--param", "steps=" + "9" * 5000], "steps is '9999999"),
    (["train", "--param", "steps=-5"], "steps is -5"),
    (["train", "--param", "steps="], "steps is ''"),
    (["train", "--param", "steps=" + "[" * 5000], "steps is '[[[["),
    (["train", "--param", 'run="\\ud800"'], r"'\ud800' is not a valid folder name"),
    (["train", "--param", "run=" + "x" * 500], "is not a valid folder name"),
    (["train", "--param", 'override_reason="\\u2028\\u202e"'], "override_reason is"),
    (["train", "--key", ""], "Invalid idempotency key: ''"),
    (["train", "--key", "a\nb"], r"Invalid idempotency key: 'a\nb'"),
    (["train", "--key", "k" * 100_000], "Invalid idempotency key: 'kkkkkkkk"),
    (["daily-check", "--param", "date=9999-12-31"], "9999-12-31 is not a day of week 2026-02-23"),
    (["daily-check", "--param", "date=0001-01-01"], "01-01 is not a day of week 2026-02-23"),
    (["daily-check", "--param", "date=2026-W48-2"], "'2026-W48-2' is not a date"),
    (["import-model", "--param", "file=."], "There is no file"),
    (["import-model", "--param", "file=/nope.zip"], "There is no file /nope.zip"),
    (["import-model", "--param", "file=~nouser9/m.zip"], "begins with a user that does not exist"),
    (["revalidate", "--param", "model_path=nofile"], "/nofile.zip"),
    (["revalidate", "--param", "model_path=~nouser9/m"], "begins with a user that does not exist"),
    (["revalidate", "--param", "model_path="], "model_path is ''"),
    (["revalidate", "--param", "backtest_data_dir=nofolder"], "There is no folder"),
    (["backup", "--param", "action=restore", "--param", "from=nope"], "There is no folder"),
    (["train", "--param", 'tag="\\ud800"'], "no parameter 'tag'. Did you mean run?"),
    (["train", "--param", "tag=\udcff"], r"'tag=\udcff' is not valid UTF-8"),
    (["train", "--key", "\udcff"], r"'\udcff' is not valid UTF-8"),
    (["train", "--param", "steps"], "--param 'steps' is not name=value"),
    (["train", "--param", "=5"], "--param '=5' is not name=value"),
    (["train", "--param", ""], "--param '' is not name=value"),
    (["train", "--param", "steps=5", "--param", "steps=6"], "'steps' is given twice"),
    (["data-check", "--param", "x=NaN"], "no parameter 'x'"),
    (["backup", "--param", "action=remove"], "action is 'remove'"),
    (["daily-check", "--param", "date=tomorrow"], "'tomorrow' is not a date"),
    (["import-model"], "file is missing"),
    (["revalidate", "--param", "episodes=0"], "episodes is 0"),
]


def said(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> str:
    """What a command prints before it exits with 2."""
    monkeypatch.setattr(sys, "argv", ["trainweek", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    return printed.err


@pytest.fixture
def untouched(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("TRAINWEEK_HOME", str(place.home.root))
    return place


@pytest.mark.parametrize(("words", "problem"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_parameter_is_one_clear_error(
    untouched: Place, monkeypatch, capsys, words: list[str], problem: str
) -> None:
    ledger = untouched.home.ledger.read_bytes()
    printed = said(["jobs", "submit", *words], monkeypatch, capsys)
    assert problem in printed
    assert "Traceback" not in printed
    what, remedy = printed.splitlines()
    assert what.startswith("error: ")
    assert remedy.startswith("  ")
    assert remedy.strip()
    assert untouched.home.ledger.read_bytes() == ledger
    assert untouched.lead.jobs() == []


def test_an_unknown_kind_names_the_known_ones(untouched: Place, monkeypatch, capsys) -> None:
    printed = said(["jobs", "submit", "trian"], monkeypatch, capsys)
    assert "'trian'" in printed
    assert "import-model" in printed


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["start", "--steps", str(10**12)], "steps is 1000000000000"),
        (["start", "--tag", "../out"], "'../out' is not a valid folder name"),
        (["restart", "--learning-rate", "nan"], "learning_rate is nan"),
        (["revalidate", "--num-episodes", "5000"], "episodes is 5000"),
        (["backup", "restore", "a\nb"], r"from is 'a\nb'"),
        (["model", "import", "m.zip", "--trained-until", "2025"], "trained_until: '2025'"),
    ],
)
def test_the_manuals_commands_refuse_it_before_they_start_a_runner(
    untouched: Place, monkeypatch, capsys, words: list[str], problem: str
) -> None:
    ledger = untouched.home.ledger.read_bytes()
    assert problem in said(words, monkeypatch, capsys)
    assert untouched.home.ledger.read_bytes() == ledger
    assert not untouched.home.runner_identity.exists()


def test_text_that_looks_like_a_number_stays_text(untouched: Place, monkeypatch, capsys) -> None:
    for index, (given, run) in enumerate([("run=20260223", "20260223"), ('run="true"', "true")]):
        words = ["jobs", "submit", "train", "--param", given, "--param", "override_reason=by hand"]
        monkeypatch.setattr(sys, "argv", ["trainweek", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0, capsys.readouterr()
        job = untouched.lead.jobs()[0]
        assert (job.run, len(untouched.lead.jobs())) == (run, index + 1)
        untouched.lead.stop(job.id)
        service = untouched.service()
        untouched.until(service, job)
        service.close()


@pytest.mark.slow
def test_bytes_that_are_not_utf_8_end_in_an_error_too(place: Place) -> None:
    done = subprocess.run(
        [os.fsencode(TRAINWEEK), b"jobs", b"submit", b"train", b"--param", b"tag=\xff"],
        capture_output=True,
        env=os.environ | {"TRAINWEEK_HOME": str(place.home.root)},
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"is not valid UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr
