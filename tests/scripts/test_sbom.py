"""The bill of materials lists what a user gets: no more, no less, and nothing of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from core.paths import CHECKOUT
from scripts import sbom


def bill(*parts: tuple[str, str]) -> dict[str, Any]:
    """As the tool lists an environment."""
    components = [
        {
            "bom-ref": name,
            "name": name,
            "version": version,
            "externalReferences": [
                {"type": "distribution", "url": "file:///home/eva/wheels/x"},
                {"type": "website", "url": "https://example.org"},
            ],
        }
        for name, version in parts
    ]
    refs = [name for name, _ in parts]
    return {
        "metadata": {"component": {"bom-ref": "root", "name": "trainweek"}},
        "components": components,
        "dependencies": [{"ref": "root", "dependsOn": refs}, *({"ref": ref} for ref in refs)],
    }


LOCKED = sbom.locked("# comment\nruamel.yaml==0.19.1\nSQLAlchemy==2.1.9\ntorch==2.13.0\n")


def test_packages_of_tests_alone_are_left_out() -> None:
    listed = bill(
        ("ruamel.yaml", "0.19.1"), ("pytest", "9"), ("sqlalchemy", "2.1.9"), ("torch", "2.13.0+cpu")
    )
    made = sbom.of_users(listed, LOCKED)
    kept = ["ruamel.yaml", "sqlalchemy", "torch"]
    assert [part["name"] for part in made["components"]] == kept
    assert [each["ref"] for each in made["dependencies"]] == ["root", *kept]
    assert made["dependencies"][0]["dependsOn"] == kept
    assert "file:" not in json.dumps(made)
    assert "https://example.org" in json.dumps(made)


@pytest.mark.parametrize(
    "parts",
    [
        [("ruamel-yaml", "0.19.1"), ("torch", "2.13.0")],
        [("ruamel-yaml", "0.19.1"), ("torch", "2.13.0"), ("sqlalchemy", "2.1.8")],
    ],
    ids=["missing", "another version"],
)
def test_what_is_not_installed_as_locked_stops_it(parts: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"not installed as locked: sqlalchemy==2\.1\.9"):
        sbom.of_users(bill(*parts), LOCKED)


@pytest.mark.parametrize(
    ("licences", "found"),
    [
        ([{"license": {"id": "MIT"}}], "MIT"),
        ([{"license": {"name": "Theirs"}}, {"license": {"id": "MIT"}}], "MIT"),
        ([{"expression": "MIT OR Apache-2.0"}], "MIT OR Apache-2.0"),
        ([{"license": {"name": "Theirs\nand the text"}}], "Theirs"),
        ([], "unknown"),
    ],
)
def test_a_licence_is_named_by_its_identifier_if_it_has_one(
    licences: list[dict[str, Any]], found: str
) -> None:
    assert sbom.licence_of({"licenses": licences}) == found


@pytest.mark.slow
@pytest.mark.whole
def test_the_bill_of_this_environment_is_valid_and_complete() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "sbom.py")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    made = json.loads((CHECKOUT / "trainweek.cdx.json").read_text("utf-8"))
    names = {sbom.normalised(part["name"]) for part in made["components"]}
    assert names == set(sbom.locked(sbom.LOCK.read_text("utf-8")))
    assert str(CHECKOUT) not in json.dumps(made)
