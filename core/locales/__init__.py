"""Catalogues of the translations, and Babel's extraction for them."""
