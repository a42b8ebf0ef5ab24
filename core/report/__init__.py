"""Static reports: the decision memo as one self-contained page."""

from core.report.memo import memo_html

__all__ = ["memo_html"]
