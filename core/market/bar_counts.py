"""How many bars candles have, as a sentence."""

from __future__ import annotations

from core.language import Message, joined, plural


def counted_bars(bars: int, filled: int) -> Message:
    """``18,264 bars, 17 of them filled``: the one way to say how many bars candles have.

    :param bars: filled ones included, as everything that uses candles counts them.
    """
    every = plural("{n:,} bar", "{n:,} bars", bars)
    return joined([every, Message("{n:,} of them filled", n=filled)], ", ") if filled else every
