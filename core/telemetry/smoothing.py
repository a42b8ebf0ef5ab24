"""Smoothing of a curve, as TensorBoard does it."""

from __future__ import annotations

import numpy as np

BLOCK = 128  # points smoothed by one product; the rest of the past is one number


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """Exponential moving average, without the bias towards 0 of its first values.

    ``m = weight * m + (1 - weight) * value``, shown as ``m / (1 - weight**n)``. A value that is
    not finite stays as it is and does not count; a constant curve stays as it is.

    Source: TensorBoard, ``line_chart_v2/data_transformer.ts`` (Kingma and Ba, 2015, section 3).

    :param values: float64[n].
    :param weight: share of the past, 0 (no smoothing) up to, not including, 1.
    :raises ValueError: another weight.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"the weight of the past is at least 0 and below 1, not {weight}")
    finite = np.isfinite(values)
    known = values[finite]
    if weight == 0 or len(known) < 2 or (known == known[0]).all():
        return values
    result = values.astype(float, copy=True)
    counted = np.arange(1, len(known) + 1)
    result[finite] = _average(known, weight) / (1 - weight**counted)
    return result


def _average(values: np.ndarray, weight: float) -> np.ndarray:
    """The average that starts at 0: each block by one matrix, then on top of the end before it."""
    places = np.arange(BLOCK)
    past = places[:, None] - places[None, :]
    kernel = np.where(past >= 0, (1 - weight) * weight ** np.maximum(past, 0), 0.0)
    rows = np.pad(values, (0, -len(values) % BLOCK)).reshape(-1, BLOCK) @ kernel.T
    left, before, ends = float(weight**BLOCK), 0.0, []
    for end in rows[:, -1].tolist():
        ends.append(before)
        before = end + left * before
    rows += np.array(ends)[:, None] * weight ** (places + 1)
    return rows.ravel()[: len(values)]
