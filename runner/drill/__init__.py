"""Drills: a real fault is played into a real training run, in a data directory of its own.

The runner, the pages and the messages there are the product's; only its trainer plays the fault.
"""
