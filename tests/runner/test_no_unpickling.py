"""No source of ours opens a pickle: a pickle can run any code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("core", "runner", "dashboard", "pages", "scripts")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
OPENERS = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
HARMLESS = {"UnpicklingError"}
# Each runs cloudpickle or pickle on what it is given.
LOADERS = {"PPO", "BaseAlgorithm", "VecNormalize", *OPENERS}


def offences(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names if name.name.split(".")[0] in OPENERS]
            case ast.ImportFrom(module=str(module), names=names) if module in OPENERS:
                found += [name.name for name in names if name.name not in HARMLESS]
            case ast.Call(func=ast.Attribute(attr="load", value=ast.Name(id=owner))):
                given = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
                unsafe = owner in {"torch", "th"} and given.get("weights_only") is not True
                unsafe |= owner in {"np", "numpy"} and bool(given.get("allow_pickle"))
                found += [f"{owner}.load"] if unsafe or owner in LOADERS else []
            case ast.Attribute(attr="read_pickle"):
                found.append("read_pickle")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import torch\ntorch.load(f)",
        "torch.load(f, weights_only=False)",
        "PPO.load('model.zip')",
        "np.load(f, allow_pickle=True)",
        "pd.read_pickle(f)",
    ],
)
def test_the_search_finds_what_it_is_for(source: str) -> None:
    assert offences(ast.parse(source))


def test_no_source_opens_a_pickle() -> None:
    found = {
        str(path.relative_to(ROOT)): what
        for path in SOURCES
        if (what := offences(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found == {}
