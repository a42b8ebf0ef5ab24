"""All archived revalidations, each with its signatures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from core.errors import InputError, IntegrityError
from core.language import Message, literal
from core.timestamps import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from core.decision import DecisionBrief
    from core.decision.validity import Validity
    from core.paths import Home
    from runner.records import Condition, Signature


@dataclass(frozen=True)
class ArchivedDecision:
    """One archived revalidation with its signatures.

    :ivar brief: what a list shows of it; None if the archive is not reliable.
    :ivar signatures: every act on it, oldest first: a later one does not hide an earlier one.
    :ivar problem: why the archive is not reliable; empty if it is.
    :ivar judged: the validity of the newest signature, or what tells it: of all that a list has,
        only a few are looked at.
    :ivar conditions: of that signature, closed or open.
    """

    sha256: str
    brief: DecisionBrief | None
    problem: Message
    signatures: Sequence[Signature]
    judged: Validity | Callable[[], Validity]
    conditions: Sequence[Condition] = ()

    @cached_property
    def validity(self) -> Validity:
        """The validity of the newest signature; it is found out once."""
        return self.judged() if callable(self.judged) else self.judged

    @property
    def signature(self) -> Signature | None:
        """The newest signature, the one that counts."""
        return self.signatures[-1] if self.signatures else None


def by_decision(signatures: Iterable[Signature]) -> Callable[[str], Sequence[Signature]]:
    """What gives the signatures of a decision by its hash, in their order."""
    found: dict[str, list[Signature]] = {}
    for one in signatures:
        found.setdefault(one.revalidation_sha256, []).append(one)
    return lambda sha256: found.get(sha256, ())


def archived_decisions(
    home: Home,
    signatures_of: Callable[[str], Sequence[Signature]],
    validity_of: Callable[[Signature | None], Validity],
    conditions_of: Callable[[Signature], Sequence[Condition]],
    until: datetime | None = None,
    weeks: Collection[str] | None = None,
) -> list[ArchivedDecision]:
    """All archived revalidations, oldest first, altered ones included.

    :param signatures_of: the signatures of a decision by its hash, oldest first.
    :param until: real time; those made later are left out, and altered ones that were not signed.
    """
    folders = sorted(home.revalidation_archive.glob("[0-9a-f]*"))
    if not folders:  # most weeks have none yet: then what reads a decision is not imported
        return []
    from core.decision import kept_brief
    from core.decision.load import made_by
    from core.decision.validity import altered

    found: list[tuple[str, ArchivedDecision]] = []
    for folder in folders:
        signatures = signatures_of(folder.name)
        signature = signatures[-1] if signatures else None
        conditions = () if signature is None else conditions_of(signature)
        try:
            brief = kept_brief(folder)
        except (InputError, IntegrityError) as error:
            if weeks is not None or (until is not None and signature is None):
                continue
            validity, what = altered(error.what, error.remedy), literal(error.what)
            one = ArchivedDecision(folder.name, None, what, signatures, validity, conditions)
            found.append((iso(signature.at) if signature else "", one))
            continue
        if not made_by(brief.created_at, until) or (weeks is not None and brief.week not in weeks):
            continue
        judged = partial(validity_of, signature)
        one = ArchivedDecision(brief.sha256, brief, literal(""), signatures, judged, conditions)
        found.append((brief.created_at, one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]
