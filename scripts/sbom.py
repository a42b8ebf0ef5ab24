"""``make sbom``: the packages that a user of trainweek gets, as CycloneDX JSON.

The tool lists the whole environment; what only tests and checks need is left out here, by
requirements.lock. Fails if a locked package is missing or has another version.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parent.parent
LOCK, OUTPUT = ROOT / "requirements.lock", ROOT / "trainweek.cdx.json"


def normalised(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> dict[str, str]:
    """Name and version of each line of a lock file."""
    pins = (line.split("==") for line in text.splitlines() if "==" in line)
    return {normalised(name): version.strip() for name, version in pins}


def of_users(bom: dict[str, Any], wanted: dict[str, str]) -> dict[str, Any]:
    """The bill of materials with the locked packages alone.

    :raises ValueError: a locked package is missing, or has another version.
    """
    found = {normalised(part["name"]): part for part in bom["components"]}
    wrong = [
        f"{name}=={version}"
        for name, version in wanted.items()
        if name not in found or found[name]["version"].partition("+")[0] != version
    ]
    if wrong:
        raise ValueError(f"not installed as locked: {', '.join(wrong)}")
    kept = [_without_paths(part) for name, part in sorted(found.items()) if name in wanted]
    main = _without_paths(bom["metadata"]["component"])
    refs = {part["bom-ref"] for part in (*kept, main)}
    depends = [
        {**each, "dependsOn": [ref for ref in each["dependsOn"] if ref in refs]}
        if "dependsOn" in each
        else each
        for each in bom["dependencies"]
        if each["ref"] in refs
    ]
    metadata = {**bom["metadata"], "component": main}
    return {**bom, "metadata": metadata, "components": kept, "dependencies": depends}


def licence_of(part: dict[str, Any]) -> str:
    """The licence that a package states; ``unknown`` if it states none."""
    for entry in part.get("licenses", []):
        stated = entry.get("expression") or entry.get("license", {}).get("id")
        if stated:
            return str(stated)
    named = [
        entry["license"].get("name") for entry in part.get("licenses", []) if "license" in entry
    ]
    return str(next(filter(None, named), "unknown")).splitlines()[0][:60]


def _without_paths(part: dict[str, Any]) -> dict[str, Any]:
    """Without references to files of this machine."""
    links = [
        link
        for link in part.get("externalReferences", [])
        if not str(link.get("url", "")).startswith("file:")
    ]
    return (
        {**part, "externalReferences": links}
        if links
        else {name: value for name, value in part.items() if name != "externalReferences"}
    )


def main() -> int:
    """Entry point."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--sv", "1.6", sys.executable]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    try:
        bom = of_users(json.loads(listed), locked(LOCK.read_text(encoding="utf-8")))
    except ValueError as error:
        print(f"error: {error}\n  Install what is locked: make install", file=sys.stderr)
        return 1
    text = json.dumps(bom, indent=2, ensure_ascii=False) + "\n"
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        print(f"error: not valid CycloneDX: {problem}", file=sys.stderr)
        return 1
    OUTPUT.write_text(text, encoding="utf-8")
    licences = Counter(licence_of(part) for part in bom["components"])
    print(f"{OUTPUT.name}: {len(bom['components'])} packages")
    for licence, count in licences.most_common():
        print(f"  {count:>3}  {licence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
