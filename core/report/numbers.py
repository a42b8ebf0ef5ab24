"""Number formats of reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.language import number_in

if TYPE_CHECKING:
    from collections.abc import Sequence

NONE = "n/a"


@dataclass(frozen=True)
class Numbers:
    """Numbers as text, by the rules of a language."""

    language: str = "en"

    def plain(self, value: float | None, decimals: int = 2, sign: bool = False) -> str:
        """``1.3127``; whole numbers without decimals; ASCII, for text."""
        if value is None:
            return NONE
        plus = "+" if sign else ""
        if isinstance(value, int):
            return number_in(f"{value:{plus}d}", self.language)
        return number_in(f"{value:{plus},.{decimals}f}", self.language)

    def figure(self, value: float | None, decimals: int = 2, sign: bool = False) -> str:
        """:meth:`plain` with a real minus sign."""
        return self.plain(value, decimals, sign).replace("-", "−")

    def short(self, value: float) -> str:
        """As few digits as it needs: ``15``, ``1.5``."""
        return number_in(f"{value:g}", self.language)

    def percent(self, share: float | None, decimals: int = 1) -> str:
        """A share as ``11.0%``."""
        return NONE if share is None else number_in(f"{share:.{decimals}%}", self.language)

    def chance(self, value: float | None) -> str:
        """A probability as ``63.0%``, or ``>99.9%`` and ``<0.1%`` at the ends; never 0 or 100 %."""
        if value is None:
            return NONE
        if value > 0.999:
            return number_in(">99.9%", self.language)
        return number_in("<0.1%" if value < 0.001 else f"{value:.1%}", self.language)

    def interval(self, ends: Sequence[float] | None, value: float | None = None) -> str:
        """``[-0.41, 2.90]``; of a count ``[6, 18]``.

        :param value: what it is the interval of.
        """
        if ends is None:
            return NONE
        decimals = 0 if isinstance(value, int) else 2
        between = ", " if self.language == "en" else "; "
        return f"[{between.join(self.plain(end, decimals) for end in ends)}]"
