"""Catalogues of the translations, and what Babel extracts for them."""
