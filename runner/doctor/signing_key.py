"""The signing key: its permissions, and whether it is intact. It is never created here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.seal import fingerprint, short
from core.language import Message
from runner.doctor.check_result import CheckResult, passed
from runner.home.signing_key import public_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings


def signing_key(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Permissions and fingerprint of the key.

    :raises SetupError: others can read it, or it is damaged.
    """
    public = public_key(home)
    if public is None:
        yield passed("signing key", Message("None yet; the first signature creates it."))
    else:
        private = Message(
            "Readable only by its owner; fingerprint {fingerprint}.",
            fingerprint=short(fingerprint(public)),
        )
        yield passed("signing key", private)
