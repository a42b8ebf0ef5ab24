"""How many reproductions of one decision on this machine are equal to the bit.

A short training on a small market with a signal, its revalidation, then that many reproductions,
each a program of its own, as the runner starts it.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from core.decision.load import latest_decision
from core.decision.model_recipe import FILE, Recipe
from core.files import write_bytes
from core.model_manifest import manifest_of
from core.playbook import default_playbook_text
from tests.expected import present
from tests.runner.jobs.training_home import make_home, result, run, write_spec

STEPS, TIMES = 4_096, 100


def main(times: int = TIMES, steps: int = STEPS) -> bool:
    """Print the share; whether all are equal."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder))
        for kind, program, params in (
            ("train", "train_ppo", {"steps": steps, "seed": 7}),
            ("revalidate", "revalidate", {"save_report": True}),
        ):
            done = run(program, write_spec(home, kind, run="own", **params))
            if done.returncode != 0:
                print(done.stdout, done.stderr)
                return False
        saved = present(latest_decision(home))
        recipe = Recipe.of(
            saved.file("decision.json").read_text("utf-8"),
            manifest_of(home.best_model, saved.decision.model.sha256),
            default_playbook_text(),
        )
        write_bytes(home.reproductions(recipe.sha256) / FILE, recipe.as_file())
        counts: Counter[str] = Counter()
        began = time.monotonic()
        for number in range(times):
            spec = write_spec(home, "reproduce", run=f"r{number}", decision=recipe.sha256)
            done = run("reproduce", spec)
            match = result(spec)["reproduction"]["match"] if done.returncode == 0 else "FAILED"
            counts[match] += 1
        seconds = (time.monotonic() - began) / times
    equal = counts["EQUAL"]
    print(
        f"reproduce: {equal} of {times} reproductions of {steps:,} steps are equal to the bit "
        f"({dict(counts)}, {seconds:.1f} s each)"
    )
    return equal == times
