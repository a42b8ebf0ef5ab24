"""What a backtest earned and how: one family of metrics a file.

The conventions are written once, in ``core.metrics.conventions``, and printed in
every report.
"""
