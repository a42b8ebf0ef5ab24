"""Analysis of a backtest's result, one family of metrics per file.

The conventions are defined once, in ``core.metrics.conventions``, and printed in every
report.
"""
