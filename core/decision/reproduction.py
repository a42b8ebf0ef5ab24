"""A decided model trained again: gate by gate equal to the bit, equal within x, or different, and why.

A reproduction is no new look at the hold-out: it repeats a claim that was already judged on the
same bars, and gives no decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.decision.comparison import numerics_name
from core.decision.model_recipe import LATER
from core.decision.reproduced_gate import WORST_LAST, Match, ReproducedGate
from core.json_model import Count, IsoMoment, JsonModel, Sha256
from core.language import Message, joined, literal, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.decision.model_recipe import Recipe

FORMAT: Literal["trainweek-reproduction/1"] = "trainweek-reproduction/1"
Phase = Literal["training", "revalidation"]


class Cause(JsonModel):
    """Something that is not as it was, and can change the result."""

    phase: Phase = Field(description="Whether the training or the revalidation had it.")
    name: str = Field(description="What: a package, cpu, threads, code, restart, resume.")
    before: str = Field(description="As it was recorded.")
    now: str = Field(description="In the reproduction.")

    def sentence(self) -> Message:
        """What differs."""
        if self.name == "restart":
            return Message(
                "The run was restarted with other settings ({before}); the reproduction trains "
                "without a break.",
                before=self.before,
            )
        if self.name == "resume":
            return Message(
                "The run was resumed from a checkpoint (step {before}); the reproduction trains "
                "without a break.",
                before=self.before,
            )
        what = {"training": Message("Training"), "revalidation": Message("Revalidation")}
        return Message(
            "{phase}: {name} {before} then, {now} now.",
            phase=what[self.phase],
            name=_NAMES.get(self.name) or numerics_name(self.name),
            before=self.before,
            now=self.now,
        )


_NAMES = {
    "cpu": literal("CPU"),
    "code": Message("code"),
    "features": Message("observations"),
}


class Reproduction(JsonModel):
    """The result of a reproduction, ``reports/reproductions/<decision>/<job>.json``."""

    format: Literal["trainweek-reproduction/1"] = Field(description="Version of this file.")
    decision_sha256: Sha256 = Field(description="The decision whose model was trained again.")
    job_id: str = Field(description="The job.")
    requested_by: str = Field(description="Who asked for it.")
    at: IsoMoment = Field(description="Real time of its end, UTC.")
    match: Match = Field(
        description="The worst of the gates; at most WITHIN if record or weights differ."
    )
    gates: tuple[ReproducedGate, ...] = Field(description="Gate by gate, by number.")
    record_equal: bool | None = Field(
        description="Whether every bar of the equity and every trade is as in the decision; null: "
        "there is no record, the training diverged."
    )
    weights_equal: bool | None = Field(
        description="Whether every weight is as in the decided model; null: its hash is not recorded."
    )
    claimed_step: Count = Field(description="Step at which the decided model was saved.")
    step: Count | None = Field(description="Step of the best model now; null: none.")
    trained_steps: Count = Field(description="Steps that were trained.")
    seed: int = Field(description="Of weights, environments and sampling.")
    train_sha256: str = Field(description="Of the training data.")
    backtest_sha256: str = Field(description="Of the backtest data.")
    causes: tuple[Cause, ...] = Field(description="What is not as it was.")
    not_recorded: tuple[str, ...] = Field(
        description="What the decided model's manifest lacks, so that a difference in it can't be "
        "named: versions, numerics, cpu, code, resumes, weights_sha256."
    )
    diverged: str | None = Field(default=None, description="Why the training diverged.")
    seconds: float = Field(description="Duration of training and backtest.")

    def sentence(self) -> Message:
        """How many gates came out again."""
        equal, within, different = (
            sum(gate.match is match for gate in self.gates) for match in WORST_LAST
        )
        if self.match is Match.EQUAL:
            return plural(
                "The gate is equal to the bit, and so is every bar of the record.",
                "All {n} gates are equal to the bit, and so is every bar of the record.",
                len(self.gates),
            )
        parts = [
            Message("{n} of {gates} gates are equal to the bit", n=equal, gates=len(self.gates)),
            Message("{n} within what documents print", n=within),
            Message("{n} different", n=different),
        ]
        return joined([joined(parts, ", "), literal(".")], "")

    def heading(self) -> Message:
        """Of the reasons."""
        if self.match is Match.EQUAL:
            return Message("Differences without effect on the result:")
        return Message("Possible causes:")

    def reasons(self) -> tuple[Message, ...]:
        """Why it is not equal, or what differs although it is."""
        found = [cause.sentence() for cause in self.causes]
        if self.diverged is not None:
            found.insert(0, Message("The training diverged: {why}", why=self.diverged))
        if self.match is not Match.EQUAL and not self.causes:
            found.append(
                Message(
                    "No version, CPU, thread count or code that is recorded differs: something "
                    "that is not recorded does, or this machine does not repeat itself. "
                    "Reproduce it again to see which."
                )
            )
        if self.match is Match.WITHIN and all(gate.match is Match.EQUAL for gate in self.gates):
            found.append(Message("The gates agree, but bars of the record or weights do not."))
        if self.step is not None and self.step != self.claimed_step:
            found.append(
                Message(
                    "Validation chose the model of step {now:,}; the decided one is of step "
                    "{claimed:,}.",
                    now=self.step,
                    claimed=self.claimed_step,
                )
            )
        return tuple(found)

    def unknown(self) -> Message:
        """What an older version did not record; a difference in it can't be named."""
        return Message(
            "Not recorded when it was trained, so not compared: {parts}.",
            parts=joined([LATER[name] for name in self.not_recorded if name in LATER], ", "),
        )


def causes_of(recipe: Recipe, present: Mapping[str, Any]) -> tuple[Cause, ...]:
    """What differs from the training and the revalidation of the decision.

    :param present: of the reproduction: ``versions``, ``numerics``, ``cpu``, ``code`` (as
        ``code_version`` gives it) and ``feature_names``.
    """
    manifest, decided = recipe.manifest, recipe.decision
    trust = decided.trust
    checked = None if trust is None or trust.code is None else trust.code.model_dump()
    found = [
        *_differing("training", manifest, present),
        *_differing(
            "revalidation",
            {"versions": decided.versions, "numerics": decided.numerics, "code": checked},
            present,
        ),
    ]
    config = manifest["config"]
    for restart in config.get("restarts") or []:
        changes = ", ".join(str(each) for each in restart.get("changes") or []) or "-"
        found.append(_cause("training", "restart", f"{restart.get('step', '?')}: {changes}", "-"))
    if resumes := config.get("resumes"):
        found.append(_cause("training", "resume", ", ".join(str(step) for step in resumes), "-"))
    return tuple(found)


def _differing(phase: Phase, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Cause]:
    for part in ("versions", "numerics"):
        earlier, present = before.get(part) or {}, now.get(part) or {}
        for name in sorted(earlier.keys() & present.keys()):
            if earlier[name] != present[name]:
                yield _cause(phase, name, earlier[name], present[name])
    if before.get("cpu") and now.get("cpu") and before["cpu"] != now["cpu"]:
        yield _cause(phase, "cpu", before["cpu"], now["cpu"])
    names, own = before.get("feature_names"), now.get("feature_names")
    if names and own and list(names) != list(own):
        yield _cause(phase, "features", ", ".join(names), ", ".join(own))
    then, code = before.get("code") or {}, now.get("code") or {}
    if then.get("tree_sha256") and then["tree_sha256"] != code.get("tree_sha256"):
        yield _cause(phase, "code", _code(then), _code(code))


def _cause(phase: Phase, name: str, before: object, now: object) -> Cause:
    return Cause(phase=phase, name=name, before=str(before), now=str(now))


def _code(code: Mapping[str, Any]) -> str:
    """Release and commit; the source's hash alone where there is no commit."""
    commit = code.get("commit")
    named = str(commit)[:10] if commit else str(code.get("tree_sha256"))[:10]
    return f"{code.get('version', '?')} {named}" + (" +changes" if code.get("modified") else "")
