"""Static reports: the decision memo as text and as one self-contained page."""

from core.report.memo import memo_documents, memo_html
from core.report.memo_text import memo_text

__all__ = ["memo_documents", "memo_html", "memo_text"]
